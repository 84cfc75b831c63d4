/* See recording.h. */
#include "recording.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "capture.h"
#include "control.h"
#include "finish.h"
#include "ledger.h"
#include "modules.h"
#include "output.h"
#include "record.h"
#include "stacks.h"
#include "world.h"

#ifndef SYSCOPE_VERSION
#define SYSCOPE_VERSION "unknown"
#endif

static int open_control(struct tracer *tracer, const char *program, char *sentence, size_t size)
{
	const struct options *options = tracer->options;
	struct control_options control = {
		.program = program,
		.trace = tracer->trace_path,
		.attached = options->command == COMMAND_ATTACH,
		.detach_on_interrupt = options->command == COMMAND_ATTACH,
	};
	char path[4096];
	int err = options->control ? output_path(options->control, program, path, sizeof(path)) : 0;

	if (options->control)
		control.path = path;
	if (err == 0)
		err = control_open(&control, &tracer->control);
	if (err == 0)
		return 0;
	snprintf(sentence, size, "the control socket %.700s can't be made: %s", options->control ? options->control : "",
		strerror(-err));
	return -1;
}

/* Segments of one kind begin anew now and then: a reader that starts there is told which calls are open. */
static void write_open_calls(void *context)
{
	struct tracer *tracer = context;

	for (size_t i = 0; i < TRACEE_BUCKETS; i++) {
		for (const struct tracee *tracee = tracer->buckets[i]; tracee; tracee = tracee->next) {
			struct row_open_call row = { .event = tracee->call.event, .thread = tracee->index };

			if (!tracee->in_call || !tracee->recorded)
				continue;
			row.seq = writer_sequence(tracer->writer);
			writer_append(tracer->writer, RECORD_OPEN_CALL, &row);
		}
	}
}

int recording_open(struct tracer *tracer, const struct options *options, const char *program, char *sentence, size_t size)
{
	struct writer_options writing = { .size_limit_bytes = options->size_limit_bytes };
	struct fd_world world;
	int err;

	tracer->options = options;
	tracer->program_path = program;
	tracer->recording = true;
	tracer->entry_hold = options->stop_on_entry;
	err = output_path(options->output, program, tracer->trace_path, sizeof(tracer->trace_path));
	if (err == 0)
		err = writer_open(tracer->trace_path, &writing, &tracer->writer);
	if (err != 0) {
		output_explain(options->output ? options->output : tracer->trace_path, -err, sentence, size);
		return -1;
	}
	writer_on_enter_segment(tracer->writer, write_open_calls, tracer);
	err = world_new(tracer->writer, &world, &tracer->world);
	if (err == 0)
		err = fd_state_new(&world, &tracer->fds);
	if (err == 0 && selection_looks_at_targets(&options->selection))
		fd_state_look_at_opens(tracer->fds);
	if (err == 0)
		err = capture_new(tracer->writer, options->payload_bytes, &tracer->capture);
	if (err == 0)
		world_set_capture(tracer->world, tracer->capture);
	if (err == 0)
		err = ledger_new(&tracer->ledger);
	if (err == 0)
		err = modules_new(tracer->writer, options->stacks, &tracer->modules);
	if (err == 0 && options->stacks)
		err = stacks_new(tracer->writer, tracer->modules, &tracer->stacks);
	if (err != 0) {
		snprintf(sentence, size, "the recording could not be begun: %s", strerror(-err));
		return -1;
	}
	return open_control(tracer, program, sentence, size);
}

static void text_meta(struct tracer *tracer, const char *key, const char *value)
{
	if (value)
		record_meta(tracer, key, value, strlen(value));
}

static void describe_argv(struct tracer *tracer)
{
	char words[32768];
	size_t used = 0;

	for (size_t i = 0; i < tracer->options->argc; i++) {
		size_t length = strlen(tracer->options->argv[i]) + 1;

		if (used + length > sizeof(words))
			break;
		memcpy(words + used, tracer->options->argv[i], length);
		used += length;
	}
	if (used > 0)
		record_meta(tracer, "argv", words, used - 1);
}

/* What was chosen, for programs and, in a sentence, for people: nobody is to take a part for the whole. */
static void describe_selection(struct tracer *tracer)
{
	const struct selection *selection = &tracer->options->selection;
	char key[32], sentence[2048];
	int used = snprintf(sentence, sizeof(sentence), "Only a part was recorded, chosen by");

	for (int part = 0; part < SELECT_PARTS; part++) {
		const char *name = selection_part_name((enum selection_part)part);

		if (!selection->texts[part])
			continue;
		snprintf(key, sizeof(key), "filter.%s", name);
		text_meta(tracer, key, selection->texts[part]);
		if (used < (int)sizeof(sentence))
			used += snprintf(
				sentence + used, sizeof(sentence) - (size_t)used, " --%s '%.400s'", name, selection->texts[part]);
	}
	if (used < (int)sizeof(sentence))
		snprintf(sentence + used, sizeof(sentence) - (size_t)used, ": calls that do not fit are not in this trace.");
	if (selection_narrows(selection))
		record_warning(tracer, NULL, WARNING_CODE_FILTERED, sentence);
}

void recording_describe(struct tracer *tracer, const char *program)
{
	const struct options *options = tracer->options;
	const struct passwd *user = getpwuid(geteuid());
	char cwd[4096], line[256];
	struct utsname system;

	text_meta(tracer, "program", program);
	describe_argv(tracer);
	text_meta(tracer, "cwd", getcwd(cwd, sizeof(cwd)));
	if (uname(&system) == 0) {
		text_meta(tracer, "host", system.nodename);
		snprintf(line, sizeof(line), "%.60s %.120s", system.sysname, system.release);
		text_meta(tracer, "kernel", line);
	}
	text_meta(tracer, "user", user ? user->pw_name : NULL);
	text_meta(tracer, "version", SYSCOPE_VERSION);
	snprintf(line, sizeof(line), "stacks=%d payload=%u seccomp=%d", options->stacks, options->payload_bytes, tracer->filter);
	text_meta(tracer, "options", line);
	text_meta(tracer, "control", options->control);
	describe_selection(tracer);
}

static const char *reason_word(const struct tracer *tracer)
{
	switch (tracer->end_reason) {
	case END_REASON_DETACHED: return "detached";
	case END_REASON_TERMINATED: return "terminated";
	case END_REASON_TRACER_ERROR: return "tracer-error";
	default: return tracer->recording ? "all-exited" : "disk-full";
	}
}

void recording_commit(struct tracer *tracer)
{
	uint64_t ended_at = tracer_now(); /* looking symbols up is not the program's time */
	char number[32];
	int err;

	if (tracer->committed)
		return;
	tracer->committed = true;
	if (tracer->end_reason == 0)
		tracer->end_reason = END_REASON_ALL_EXITED;
	ledger_finish(tracer);
	if (tracer->stacks)
		finish_symbols(tracer);
	snprintf(number, sizeof(number), "%llu", (unsigned long long)tracer->cheapest_ns);
	text_meta(tracer, "stop_cost_ns", number);
	if (selection_narrows(&tracer->options->selection)) {
		snprintf(number, sizeof(number), "%llu", (unsigned long long)tracer->counters.left_out);
		text_meta(tracer, "filter.left_out", number);
	}
	record_end(tracer, ended_at);
	err = writer_close(tracer->writer);
	tracer->writer = NULL;
	if (err != 0)
		control_text(tracer->control, "error", "The trace could not be completed: its last records may be missing.");
	control_end(tracer->control, reason_word(tracer));
}

static void free_tracees(struct tracer *tracer)
{
	for (size_t i = 0; i < TRACEE_BUCKETS; i++) {
		while (tracer->buckets[i])
			tracee_remove(tracer, tracer->buckets[i]);
	}
}

void recording_close(struct tracer *tracer, bool remove_trace)
{
	control_close(tracer->control);
	tracer->control = NULL;
	free_tracees(tracer);
	stacks_free(tracer->stacks);
	modules_free(tracer->modules);
	ledger_free(tracer->ledger);
	capture_free(tracer->capture);
	fd_state_free(tracer->fds);
	world_free(tracer->world);
	if (tracer->writer)
		writer_abandon(tracer->writer);
	if (remove_trace && tracer->trace_path[0])
		unlink(tracer->trace_path);
}
