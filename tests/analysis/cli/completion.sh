# What bash offers behind the words that are typed, by the completion that is installed.
replies() { # WORD... : the last is the one that is typed
    bash -c '. "$SOURCE_DIR/analysis/completion.bash"
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        _flue flue
        echo "${COMPREPLY[*]}"' - "$@"
}
expect() { # REPLIES WORD...
    wanted=$1
    shift
    got=$(replies "$@")
    [ "$got" = "$wanted" ] || {
        echo "$*: \"$got\" is offered instead of \"$wanted\"" >&2
        exit 1
    }
}
expect "sweep" flue sw
expect "list live" flue li
expect "--help --version" flue --
expect "--jobs --json" flue sweep --j
expect "loss" flue run lo
expect "loss" flue describe lo
expect "" flue run loss lo
expect "--stack" flue run loss --st
expect "--stack" flue run --json loss --st
expect "host" flue run loss --stack h
expect "ns3 host offload" flue run loss --json --stack ""
# What takes any value, and what is a file's name, is not flue's to say.
expect "" flue run loss --loss ""
expect "" flue run loss --pcap lo
expect "" flue sweep ""
expect "" flue bananas ""
got=0
flue --complete 7 flue run 2>errors || got=$?
[ "$got" = 2 ] && grep -q '^flue: --complete: expected the index of a word behind flue$' errors
