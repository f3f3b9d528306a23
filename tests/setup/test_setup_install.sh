#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_setup_install.sh SOURCE: setup/install on machines of all sorts, which programs of the same names as
# the real ones pretend. Nothing is installed.
set -eu

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# A path with a space in it: people have those.
source="$scratch/a clone"
mkdir -p "$source/setup" "$scratch/bin" "$scratch/bare"
cp "$1/setup/install" "$source/setup/"
cat >"$source/setup/packages.txt" <<'END'
# A comment.
build   alpha   the first
build   beta    the second
check   gamma   only for tests
END
printf 'ID=debian\nVERSION_ID="12"\n' >"$scratch/debian"
printf 'ID=ubuntu\nVERSION_ID="24.04"\n' >"$scratch/ubuntu"

# The machine: $scratch/installed lists its packages, $scratch/user its user, $scratch/log what was done.
pretend() {
    printf '#!/bin/sh\n%s\n' "$2" >"$scratch/$1"
    chmod +x "$scratch/$1"
}
# shellcheck disable=SC2016 # expanded by the programs
pretend bin/dpkg-query 'shift 2
for p; do
    if grep -qx "$p" "$SCRATCH/installed"; then echo "$p installed"; else bad=1; fi
    if grep -qx "$p" "$SCRATCH/removed"; then echo "$p config-files"; fi
done
exit ${bad:-0}'
# shellcheck disable=SC2016
pretend bin/apt-get 'echo "apt-get $DEBIAN_FRONTEND $*" >>"$SCRATCH/log"
case "$*" in
*"$(cat "$SCRATCH/broken")"*) exit 100 ;;
esac
for p; do :; done
case "$*" in
*" install "*) for p; do echo "$p"; done >>"$SCRATCH/installed" ;;
esac'
# shellcheck disable=SC2016
pretend bin/id 'case $1 in -u) cat "$SCRATCH/user" ;; *) echo somebody ;; esac'
# shellcheck disable=SC2016
pretend sudo 'echo "sudo $*" >>"$SCRATCH/log"
[ "$1" = -n ] && shift
[ ! -e "$SCRATCH/sudo-says-no" ] || exit 1
exec "$@"'
pretend bin/true 'exit 0'
for tool in sh dirname cat grep env; do
    ln -s "$(command -v "$tool")" "$scratch/bare/$tool"
done

# case NAME: a root's Debian 12 without packages.
case_of() {
    name=$1
    : >"$scratch/installed"
    : >"$scratch/removed"
    : >"$scratch/log"
    echo nothing-is-broken >"$scratch/broken"
    echo 0 >"$scratch/user"
    rm -f "$scratch/bin/sudo" "$scratch/sudo-says-no"
    os=debian
    path="$scratch/bin:$scratch/bare"
}

# install STATUS ARGUMENT...
install() {
    want=$1
    shift
    status=0
    SCRATCH=$scratch FLUE_OS_RELEASE=$scratch/$os PATH=$path \
        sh "$source/setup/install" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
    [ "$status" -eq "$want" ] || wrong "status $status, expected $want"
}

wrong() {
    {
        echo "$name: $1"
        for file in out err log; do
            echo "--- $file"
            cat "$scratch/$file"
        done
    } >&2
    exit 1
}

# has FILE TEXT; has_not FILE TEXT; is_empty FILE
has() { grep -qF -e "$2" "$scratch/$1" || wrong "\"$2\" is not in $1"; }
has_not() { ! grep -qF -e "$2" "$scratch/$1" || wrong "\"$2\" is in $1"; }
is_empty() { [ ! -s "$scratch/$1" ] || wrong "$1 is not empty"; }

case_of "everything is there: nothing is done or said"
printf 'alpha\nbeta\n' >"$scratch/installed"
os=ubuntu
install 0 build
is_empty log
is_empty out
is_empty err

case_of "root on Debian 12: the missing ones are installed, without questions"
echo beta >"$scratch/installed"
install 0 build
has out "Installing 1 Debian packages and what they depend on: alpha"
has log "apt-get noninteractive -qq -y"
has log " update"
has log "install --no-install-recommends alpha"
has_not log beta
has_not log gamma

case_of "the group check brings both groups"
install 0 check
has log "install --no-install-recommends alpha beta gamma"

case_of "no group: build"
install 0
has log "install --no-install-recommends alpha beta"
has_not log gamma

case_of "a removed package whose settings are left counts as missing"
printf 'beta\n' >"$scratch/installed"
printf 'alpha\n' >"$scratch/removed"
install 0 build
has log "install --no-install-recommends alpha"

case_of "a second call does nothing"
install 0 check
: >"$scratch/log"
install 0 check
is_empty log

case_of "a user with sudo: through sudo, which must not ask where nobody sits"
echo 1000 >"$scratch/user"
cp "$scratch/sudo" "$scratch/bin/sudo"
install 0 build
has log "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get"
has log "install --no-install-recommends alpha beta"

case_of "a user whom sudo turns away"
echo 1000 >"$scratch/user"
cp "$scratch/sudo" "$scratch/bin/sudo"
: >"$scratch/sudo-says-no"
install 1 build
has err "setup/install: installing needs root, and sudo does not let user somebody in."
has err "    alpha"
has_not log apt-get

case_of "a user without sudo"
echo 1000 >"$scratch/user"
install 1 build
has err "setup/install: installing needs root or sudo, and this is user somebody without sudo."
has err "    alpha"
has err "    beta"
is_empty log

case_of "another system"
os=ubuntu
install 1 build
has err 'setup/install: this system is "ubuntu 24.04", and only "debian 12" is known here.'
has err "    alpha"
is_empty log

case_of "a system that does not say what it is"
os=nowhere
install 1 build
has err 'setup/install: this system is "unknown", and only "debian 12" is known here.'

case_of "no Debian at all"
path="$scratch/bare"
install 1 check
has err "setup/install: this is not Debian"
has err "    gamma"

case_of "no network"
echo " update" >"$scratch/broken"
install 1 build
has err "setup/install: apt-get update failed."
has err "    alpha"
has_not log " install "

case_of "a package that cannot be installed"
echo " install " >"$scratch/broken"
install 1 build
has err "setup/install: apt-get install failed."

case_of "an unknown group"
install 2 everything
has err 'setup/install: "everything" is not a group of packages: expected build or check'
is_empty log

# The real list: every line is a group, a package and what it is for.
name="setup/packages.txt"
awk '!/^#/ && !/^$/ && !(($1 == "build" || $1 == "check") && NF >= 3) { print; bad = 1 }
     !/^#/ && seen[$2]++ { print "twice: " $2; bad = 1 } END { exit bad }' "$1/setup/packages.txt" ||
    wrong "a line is wrong"
