/*
 * Cells, heap bytes and strings by row number.
 * Must not live here: what they mean (index.c).
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "reader.h"

uint64_t reader_rows(const struct reader *r, enum record_kind kind)
{
	return r->kinds[kind].rows;
}

const struct reader_segment *reader_find(const struct reader *r, enum record_kind kind, uint64_t row, uint32_t *index)
{
	const struct reader_kind *rows = &r->kinds[kind];
	size_t low = 0, high = rows->count;

	/* Empty and bad segments keep their place, so the last one that begins at or before the row need not be the one: look back. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->segments[rows->segments[middle]].first_row <= row)
			low = middle + 1;
		else
			high = middle;
	}
	while (low-- > 0) {
		const struct reader_segment *segment = &r->segments[rows->segments[low]];

		if (segment->bad || !segment->rows)
			continue;
		*index = rows->segments[low];
		return row >= segment->first_row && row - segment->first_row < segment->rows ? segment : NULL;
	}
	return NULL;
}

uint64_t reader_cell(const struct reader_segment *segment, const uint8_t *bytes, uint32_t column, uint64_t row)
{
	const struct segment_column *place = &segment->column[column];
	const uint8_t *at = bytes + place->offset + row * place->width;
	bool is_signed = schema_kinds[segment->kind].columns[column].is_signed;
	uint64_t word;
	uint32_t half;
	uint16_t quarter;

	switch (place->width) {
	case 8: memcpy(&word, at, 8); return word;
	case 4: memcpy(&half, at, 4); return is_signed ? (uint64_t)(int64_t)(int32_t)half : half;
	case 2: memcpy(&quarter, at, 2); return is_signed ? (uint64_t)(int64_t)(int16_t)quarter : quarter;
	case 1: return is_signed ? (uint64_t)(int64_t)(int8_t)*at : *at;
	default: return 0;
	}
}

int reader_row(struct reader *r, enum record_kind kind, uint64_t row, uint64_t cells[READER_MAX_COLUMNS])
{
	uint32_t index;
	const struct reader_segment *segment = reader_find(r, kind, row, &index);
	const uint8_t *bytes = segment ? reader_load(r, index) : NULL;

	if (!bytes)
		return -ENOENT;
	for (uint32_t i = 0; i < schema_kinds[kind].column_count; i++)
		cells[i] = reader_cell(segment, bytes, i, row - segment->first_row);
	return 0;
}

/* The segment with this row or, if that is not there, the first row behind it; NULL: none. */
static const struct reader_segment *segment_from(const struct reader *r, enum record_kind kind, uint64_t row)
{
	const struct reader_kind *rows = &r->kinds[kind];
	uint32_t index;
	const struct reader_segment *found = reader_find(r, kind, row, &index);

	for (size_t i = 0; !found && i < rows->count; i++) {
		const struct reader_segment *segment = &r->segments[rows->segments[i]];

		if (!segment->bad && segment->rows && segment->first_row > row)
			found = segment;
	}
	return found;
}

uint32_t reader_column(struct reader *r, enum record_kind kind, uint32_t column, uint64_t *first, uint32_t count, uint64_t *cells)
{
	const struct reader_segment *segment = segment_from(r, kind, *first);
	struct reader_segment packed;
	uint64_t at, width;
	ssize_t got;

	if (!segment)
		return 0;
	if (*first < segment->first_row)
		*first = segment->first_row;
	at = *first - segment->first_row;
	if (count > segment->rows - at)
		count = (uint32_t)(segment->rows - at);
	width = segment->column[column].width;
	got = pread(r->fd, cells, count * width, (off_t)(segment->offset + segment->column[column].offset + at * width));
	if (got < 0 || (uint64_t)got < count * width)
		memset((uint8_t *)cells + (got > 0 ? got : 0), 0, count * width - (uint64_t)(got > 0 ? got : 0));
	if (width == sizeof(*cells))
		return count;
	packed = *segment;
	packed.column[column].offset = 0;
	for (uint32_t i = count; i-- > 0;) /* from the end: narrow cells lie before their wide ones */
		cells[i] = reader_cell(&packed, (const uint8_t *)cells, column, i);
	return count;
}

bool reader_go(struct reader *r, struct reader_place *place, uint64_t row)
{
	struct reader_segment *segment = place->segment;
	uint32_t index;

	if (!segment || segment->bad || segment->copy != place->bytes || row < segment->first_row ||
		row - segment->first_row >= segment->loaded_rows) {
		const struct reader_segment *found = reader_find(r, place->kind, row, &index);

		place->segment = NULL;
		if (!found)
			return false;
		place->bytes = reader_load(r, index);
		if (!place->bytes)
			return false;
		place->segment = segment = &r->segments[index];
	}
	segment->last_use = ++r->clock;
	place->at = row - segment->first_row;
	return true;
}

const uint8_t *reader_heap(struct reader *r, uint64_t pos, uint64_t length)
{
	uint32_t index;
	const struct reader_segment *segment = reader_find(r, RECORD_HEAP, pos, &index);
	const uint8_t *bytes;

	if (!segment || length > segment->rows - (pos - segment->first_row) || segment->column[COLUMN_HEAP_BYTE].width != 1)
		return NULL;
	bytes = reader_load(r, index);
	return bytes ? bytes + segment->column[COLUMN_HEAP_BYTE].offset + (pos - segment->first_row) : NULL;
}

const uint8_t *reader_go_heap(struct reader *r, struct reader_place *place, uint64_t pos, uint64_t length)
{
	if (!reader_go(r, place, pos) || length > place->segment->loaded_rows - place->at ||
		place->segment->column[COLUMN_HEAP_BYTE].width != 1)
		return NULL;
	return place->bytes + place->segment->column[COLUMN_HEAP_BYTE].offset + place->at;
}

const char *reader_string(struct reader *r, uint64_t id, uint32_t *length)
{
	uint64_t cells[READER_MAX_COLUMNS];
	const uint8_t *bytes;

	*length = 0;
	if (!id || reader_row(r, RECORD_STRING, id, cells))
		return NULL;
	bytes = reader_heap(r, cells[COLUMN_STRING_POS], cells[COLUMN_STRING_LENGTH]);
	if (bytes)
		*length = (uint32_t)cells[COLUMN_STRING_LENGTH];
	return (const char *)bytes;
}
