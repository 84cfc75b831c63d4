#!/bin/sh
# The `syscope` command. `record` and `attach` become the native helper, with no process in between: a program that is
# traced is the direct child of whoever started this script. The rest is Node's. The environment is passed on as it came:
# variables here have names of their own, since assigning to one that was exported would change it.
case $0 in */*) syscope_self=$0 ;; *) syscope_self=./$0 ;; esac
[ -L "$syscope_self" ] && syscope_self=$(readlink -f -- "$syscope_self")
syscope_here=${syscope_self%/*}
case $1 in
record | attach)
	if [ ! -x "$syscope_here/native/syscope-tracer" ]; then
		echo "syscope: $syscope_here/native/syscope-tracer is missing or not executable: run \`npm run build\`, or install the extension again." >&2
		exit 125
	fi
	# A shell sets PWD anew and exports it; the program gets the one that we were given. Mostly they are the same, as a look
	# without another process shows (read drops the NULs between the variables: a capital or the end is a variable's end).
	syscope_pwd=
	while IFS= read -r syscope_line || [ -n "$syscope_line" ]; do
		case $syscope_line in
		*"OLDPWD=$PWD"*) ;;
		*"PWD=$PWD" | *"PWD=$PWD"[A-Z_]*) syscope_pwd=same ;;
		esac
	done 2>/dev/null </proc/$$/environ
	if [ -z "$syscope_pwd" ] && [ -r /proc/$$/environ ]; then
		if syscope_pwd=$(tr '\0' '\n' </proc/$$/environ | grep '^PWD='); then PWD=${syscope_pwd#PWD=}; else unset PWD; fi
	fi
	trap 'echo "syscope: $syscope_here/native/syscope-tracer does not run on this machine (it is for Linux on x86-64)." >&2' EXIT
	exec "$syscope_here/native/syscope-tracer" "$@"
	;;
esac
if ! command -v node >/dev/null; then
	echo "syscope: \`node\` is not on the PATH: install Node.js 20 or newer (record and attach work without it)." >&2
	exit 125
fi
exec node "$syscope_here/cli.js" "$@"
