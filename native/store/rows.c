/*
 * Cells, heap bytes and strings by row number.
 * Must not live here: what they mean (index.c).
 */
#include <errno.h>
#include <string.h>

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
