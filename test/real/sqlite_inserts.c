/*
 * 2,000 rows in 20 transactions through SQLite: a real program whose every fsync, pwrite64 and unlink has its line in sqlite3.c.
 *   sqlite_inserts DATABASE
 */
#include <stdio.h>
#include <stdlib.h>
#include "sqlite3.h"

#define TRANSACTIONS 20
#define ROWS_OF_EACH 100

static void check(sqlite3 *db, int rc, const char *what)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE)
		return;
	fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(db));
	exit(1);
}

static void insert_rows(sqlite3 *db, sqlite3_stmt *insert, int transaction)
{
	char text[64];

	check(db, sqlite3_exec(db, "BEGIN", NULL, NULL, NULL), "begin");
	for (int i = 0; i < ROWS_OF_EACH; i++) {
		snprintf(text, sizeof(text), "row %d of transaction %d", i, transaction);
		check(db, sqlite3_bind_int(insert, 1, transaction), "bind");
		check(db, sqlite3_bind_text(insert, 2, text, -1, SQLITE_TRANSIENT), "bind");
		check(db, sqlite3_step(insert), "insert");
		check(db, sqlite3_reset(insert), "reset");
	}
	check(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), "commit");
}

static int print_count(void *context, int columns, char **values, char **names)
{
	(void)context;
	(void)columns;
	(void)names;
	printf("%s rows\n", values[0]);
	return 0;
}

int main(int argc, char **argv)
{
	sqlite3_stmt *insert;
	sqlite3 *db;

	if (argc != 2)
		return 2;
	check(NULL, sqlite3_open(argv[1], &db), "open");
	check(db, sqlite3_exec(db, "CREATE TABLE t(a INTEGER, b TEXT)", NULL, NULL, NULL), "create");
	check(db, sqlite3_prepare_v2(db, "INSERT INTO t VALUES(?, ?)", -1, &insert, NULL), "prepare");
	for (int i = 0; i < TRANSACTIONS; i++)
		insert_rows(db, insert, i);
	sqlite3_finalize(insert);
	check(db, sqlite3_exec(db, "SELECT count(*) FROM t", print_count, NULL, NULL), "count");
	sqlite3_close(db);
	return 0;
}
