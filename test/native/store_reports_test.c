/*
 * Sums and percentiles of many durations, and calls that are found together with what belongs to them however late it comes.
 * That the library's sums are those of the records is a unit test (test/unit/engine/summary.test.ts).
 */
#include "store/durations.h"
#include "store/join.h"
#include "store_story.h"

#define MANY 200000u

static int compare(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

/* Durations of every size, as many as are given, against the sorted ones. */
static void check_percentiles(uint32_t count, double allowed)
{
	static const double parts[] = { 0, 0.01, 0.5, 0.95, 0.999, 1 };
	uint64_t random = 7, *sorted = malloc((count + 1) * sizeof(*sorted));
	struct durations d = { 0 };

	REQUIRE(sorted, "memory");
	for (uint32_t i = 0; i < count; i++) {
		sorted[i] = random_next(&random) >> (random_next(&random) % 64);
		REQUIRE(!durations_add(&d, sorted[i]), "add");
	}
	qsort(sorted, count, sizeof(*sorted), compare);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		double rank = parts[i] * count;
		uint64_t at = rank > (double)(uint64_t)rank ? (uint64_t)rank : rank >= 1 ? (uint64_t)rank - 1 : 0;
		uint64_t exact = count ? sorted[at] : 0, got = durations_percentile(&d, parts[i]);

		CHECK(got >= exact && (double)(got - exact) <= (double)exact * allowed, "part %g of %u: %llu, not %llu", parts[i],
			count, (unsigned long long)got, (unsigned long long)exact);
		CHECK(!count || bsearch(&got, sorted, count, sizeof(got), compare), "%llu never occurred",
			(unsigned long long)got);
	}
	CHECK(d.count == count && d.largest == (count ? sorted[count - 1] : 0), "largest");
	durations_free(&d);
	free(sorted);
}

/* Calls of two threads: one is in its first call until all the other's have ended, so that its exit comes late. */
static void late_exits(uint32_t calls, uint32_t every)
{
	struct story s;
	struct join j;
	uint64_t slow = 0, found = 0;
	static char message[300];

	begin(&s, false);
	process(&s, 100, 1);
	thread(&s, 0, 100);
	thread(&s, 0, 101);
	for (uint32_t i = 0; i < calls; i++) {
		uint64_t event = enter(&s, 10 + i, i % every ? 1 : 0, -1, FD_CLASS_NONE, 0);

		if (i % every == 0 && i)
			leave(&s, 11 + i, slow, (int64_t)slow, -1, FD_CLASS_NONE, 0);
		if (i % every == 0)
			slow = event;
		else
			leave(&s, 11 + i, event, (int64_t)event, -1, FD_CLASS_NONE, 0);
	}
	REQUIRE(!writer_close(s.w), "close");
	REQUIRE(!reader_open(&s.x.reader, "lanes.syscope", message, sizeof(message)), "%s", message);
	join_open(&j, &s.x.reader, RECORD_EXIT, COLUMN_EXIT_EVENT);
	for (uint64_t call = 0; call < calls; call++) {
		struct reader_place place = { .kind = RECORD_EXIT };
		struct join_walk walk;
		uint64_t row, more;

		REQUIRE(!join_begin(&j, call, &walk), "join");
		if (!join_next(&j, &walk, &row))
			continue;
		found++;
		REQUIRE(reader_go(&s.x.reader, &place, row), "row %llu", (unsigned long long)row);
		CHECK(reader_here(&place, COLUMN_EXIT_RET) == call, "call %llu", (unsigned long long)call);
		CHECK(!join_next(&j, &walk, &more), "call %llu has two", (unsigned long long)call);
	}
	CHECK(found == calls - 1, "%llu exits of %u calls", (unsigned long long)found, calls);
	/* What is late is few, and only then kept. */
	CHECK(j.stray_count == (every > JOIN_AHEAD ? (calls - 1) / every : 0), "%zu late rows", j.stray_count);
	join_close(&j);
	reader_close(&s.x.reader);
}

int main(void)
{
	check_percentiles(0, 0);
	check_percentiles(1, 0);
	check_percentiles(DURATIONS_EXACT, 0);
	check_percentiles(MANY, 1.0 / DURATIONS_PARTS);
	late_exits(100, 7);
	late_exits(3 * JOIN_AHEAD, JOIN_AHEAD - 10);
	late_exits(4 * JOIN_AHEAD, JOIN_AHEAD + 10);
	return check_result("store_reports");
}
