/*
 * syscope-tracer: the entry point.
 * Must not live here: anything but choosing what to run.
 */
#include "launch.h"
#include "options.h"
#include "session.h"

int main(int argc, char **argv)
{
	struct options options;
	bool done = false;
	int status = options_parse(argc, argv, &options, &done);

	if (status != 0 || done)
		return status;
	return options.command == COMMAND_ATTACH ? session_attach(&options) : launch_record(&options);
}
