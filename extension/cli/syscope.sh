#!/bin/sh
# The `syscope` command. `record` and `attach` become the native helper, with no process in between: a program that is
# traced is the direct child of whoever started this script. The rest is Node's. No environment variable is set here.
case $0 in */*) self=$0 ;; *) self=./$0 ;; esac
[ -L "$self" ] && self=$(readlink -f -- "$self")
here=${self%/*}
case $1 in
record | attach)
	if [ ! -x "$here/native/syscope-tracer" ]; then
		echo "syscope: $here/native/syscope-tracer is missing or not executable: run \`npm run build\`, or install the extension again." >&2
		exit 125
	fi
	trap 'echo "syscope: $here/native/syscope-tracer does not run on this machine (it is for Linux on x86-64)." >&2' EXIT
	exec "$here/native/syscope-tracer" "$@"
	;;
esac
if ! command -v node >/dev/null; then
	echo "syscope: \`node\` is not on the PATH: install Node.js 20 or newer (record and attach work without it)." >&2
	exit 125
fi
exec node "$here/cli.js" "$@"
