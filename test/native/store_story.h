/*
 * Small traces for the store's tests, told a row at a time: once whole, once row by row as a reader of a recording sees them.
 * What must not live here: a test.
 */
#ifndef SYSCOPE_TEST_STORE_STORY_H
#define SYSCOPE_TEST_STORE_STORY_H

#include "include/syscope.h"
#include "store/index.h"
#include "store/lane_info.h"
#include "store_check.h"

struct story {
	struct trace_writer *w;
	struct index x;
	bool live; /* the index is refreshed after each row */
	enum syscope_group group;
};

static inline void look(struct story *s)
{
	if (s->live)
		REQUIRE(!index_refresh(&s->x), "refresh");
}

static inline void begin_grouped(struct story *s, bool live, enum syscope_group group)
{
	static char message[300];

	*s = (struct story){ .w = check_new_trace("lanes.syscope", NULL), .live = live, .group = group };
	if (live)
		REQUIRE(!index_open(&s->x, "lanes.syscope", s->group, message, sizeof(message)), "%s", message);
}

static inline void begin(struct story *s, bool live)
{
	begin_grouped(s, live, SYSCOPE_GROUP_FD);
}

/* Everything is written: what is known must be the same on both ways. */
static inline void told(struct story *s)
{
	static char message[300];

	REQUIRE(!writer_close(s->w), "close");
	if (s->live)
		REQUIRE(!index_refresh(&s->x), "refresh");
	else
		REQUIRE(!index_open(&s->x, "lanes.syscope", s->group, message, sizeof(message)), "%s", message);
	CHECK(s->x.reader.problem_count == 0, "%s", s->x.reader.problems[0]);
}

static inline uint64_t at(const struct story *s, uint64_t time)
{
	return writer_base_time(s->w) + time;
}

static inline void process(struct story *s, int32_t pid, uint32_t files)
{
	struct row_process row = { .pid = pid, .files = files, .name = check_string(s->w, "program") };

	writer_append(s->w, RECORD_PROCESS, &row);
	look(s);
}

static inline void thread(struct story *s, uint32_t in, int32_t tid)
{
	struct row_thread row = { .process = in, .tid = tid };

	writer_append(s->w, RECORD_THREAD, &row);
	look(s);
}

static inline uint64_t description(struct story *s, uint8_t class, const char *name)
{
	struct row_description row = { .class = class, .name = check_string(s->w, name) };
	uint64_t id = (uint64_t)writer_append(s->w, RECORD_DESCRIPTION, &row);

	look(s);
	return id;
}

static inline void fd(struct story *s, uint64_t time, uint32_t files, uint32_t in, int32_t number, uint8_t op, uint64_t to)
{
	struct row_fd row = { .time = at(s, time), .files = files, .process = in, .fd = number, .op = op, .description = to };

	writer_append(s->w, RECORD_FD, &row);
	look(s);
}

static inline uint64_t enter(struct story *s, uint64_t time, uint32_t by, int32_t number, uint8_t class, uint64_t to)
{
	struct row_enter row = { .seq = writer_sequence(s->w),
		.time = at(s, time) - 5,
		.resumed = at(s, time),
		.thread = by,
		.nr = 1,
		.fd = number,
		.class = class,
		.description = to };
	uint64_t id = (uint64_t)writer_append(s->w, RECORD_ENTER, &row);

	look(s);
	return id;
}

static inline void leave(struct story *s, uint64_t time, uint64_t event, int64_t ret, int32_t number, uint8_t class, uint64_t to)
{
	struct row_exit row = { .seq = writer_sequence(s->w),
		.event = event,
		.time = at(s, time),
		.ret = ret,
		.fd = number,
		.class = class,
		.description = to };

	writer_append(s->w, RECORD_EXIT, &row);
	look(s);
}

static inline void ended(struct story *s, uint64_t time, uint8_t scope, uint32_t in, uint32_t by)
{
	struct row_exited row = { .time = at(s, time), .scope = scope, .process = in, .thread = by };

	writer_append(s->w, RECORD_EXITED, &row);
	look(s);
}

static inline bool string_is(struct story *s, double id, const char *text)
{
	uint32_t length;
	const char *bytes = reader_string(&s->x.reader, (uint64_t)id, &length);

	return length == strlen(text) && (!length || !memcmp(bytes, text, length));
}

/* The lane of an event, as numbers. */
static inline const double *lane_of(struct story *s, uint64_t event)
{
	static double numbers[SYSCOPE_LANE_COLUMNS];

	REQUIRE(s->x.events[event].lane != NONE32, "event %llu has no lane", (unsigned long long)event);
	lane_info_fill(&s->x, s->x.events[event].lane, numbers);
	return numbers;
}

static inline void check_event(struct story *s, uint64_t event, uint64_t start, uint64_t end)
{
	const struct event *e = &s->x.events[event];

	CHECK(e->start == start && e->end == end, "event %llu: %llu to %llu", (unsigned long long)event,
		(unsigned long long)e->start, (unsigned long long)e->end);
}

#endif
