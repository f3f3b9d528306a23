#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_commands.sh SOURCE: ./run and ./check in a clone whose path has a space, called from elsewhere, with
# stand-ins for everything that they call. Which steps come in which order, and what becomes of a failure.
set -eu

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
clone="$scratch/a clone"
mkdir -p "$clone/setup" "$clone/.ci" "$clone/build/release/bin" "$scratch/bin"
cp "$1/run" "$1/check" "$clone/"
cp "$1/.ci/run" "$clone/.ci/"

# Each stand-in notes its call and where it was made, and fails when its name is in $scratch/fails.
stand_in() {
    cat >"$1" <<'END'
#!/bin/sh
echo "$(basename "$0") $*" >>"$SCRATCH/log"
[ "$PWD" = "$SCRATCH/a clone" ] || echo "called in $PWD" >>"$SCRATCH/log"
if grep -qx "$(basename "$0")" "$SCRATCH/fails"; then exit 7; fi
END
    chmod +x "$1"
}
stand_in "$clone/setup/install"
stand_in "$clone/build/release/bin/flue"
stand_in "$scratch/bin/cmake"
stand_in "$scratch/bin/ctest"
printf '#!/bin/sh\necho 2\n' >"$scratch/bin/nproc"
chmod +x "$scratch/bin/nproc"
export SCRATCH="$scratch"
export PATH="$scratch/bin:$PATH"

# call STATUS COMMAND...: the command, called from the root folder.
call() {
    want=$1
    shift
    : >"$scratch/log"
    status=0
    (cd / && "$@") >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
    what=$*
    [ "$status" -eq "$want" ] || wrong "status $status, expected $want"
}

wrong() {
    echo "$what: $1" >&2
    cat "$scratch/log" "$scratch/out" "$scratch/err" >&2
    exit 1
}

logged() {
    printf '%s\n' "$@" >"$scratch/expected"
    cmp -s "$scratch/expected" "$scratch/log" || {
        diff "$scratch/expected" "$scratch/log" >&2 || true
        wrong "other steps than expected"
    }
}

: >"$scratch/fails"
call 0 "$clone/run"
logged "install build" "cmake --preset release" "cmake --build --preset release" \
    "flue sweep scenarios/studies/loss.cfg --out out"
[ "$(tail -n 1 "$scratch/out")" = "The report: $clone/out/report.html" ] || wrong "the last line"

: >"$clone/build/release/build.ninja"
call 0 "$clone/run"
logged "install build" "cmake --build --preset release" \
    "flue sweep scenarios/studies/loss.cfg --out out"

call 0 "$clone/check"
logged "install check" "cmake --preset release -DFLUE_WERROR=ON" "cmake --build --preset release" \
    "ctest --preset release --parallel 2 --no-tests=error"

call 0 "$clone/check" --quick
[ "$(tail -n 1 "$scratch/log")" = \
    "ctest --preset release --parallel 2 --no-tests=error --label-regex ^quick$" ] ||
    wrong "--quick runs other tests"

call 0 bash "$clone/.ci/run"
[ "$(head -n 1 "$scratch/log")" = "install check" ] || wrong "it does not check"

for step in install cmake flue; do
    echo "$step" >"$scratch/fails"
    call 7 "$clone/run"
    ! grep -q "The report" "$scratch/out" || wrong "it promises a report after $step failed"
done
for step in install cmake ctest; do
    echo "$step" >"$scratch/fails"
    call 7 "$clone/check"
    call 7 bash "$clone/.ci/run"
done

: >"$scratch/fails"
call 2 "$clone/run" --fast
grep -qF 'run: "--fast" is not expected' "$scratch/err" || wrong "no clear line"
call 2 "$clone/check" --fast
grep -qF 'check: "--fast" is not expected: --quick is the only option' "$scratch/err" ||
    wrong "no clear line"
logged_nothing=$(cat "$scratch/log")
[ -z "$logged_nothing" ] || wrong "something was done"
call 0 "$clone/run" --help
call 0 "$clone/check" --help
