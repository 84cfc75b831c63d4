# Tests of the trace file: writer, reader, index, queries.
syscope_add_test(store_writer SOURCES store_writer_test.c LIBS syscope_store_writer syscope_store_reader)
syscope_add_test(store_full SOURCES store_full_test.c LIBS syscope_store_writer syscope_store_reader TIMEOUT 120)
syscope_add_test(store_live SOURCES store_live_test.c LIBS syscope_store_writer syscope_store_reader TIMEOUT 120)
syscope_add_test(store_lanes SOURCES store_lanes_test.c LIBS syscope_store_writer syscope_store_reader)
syscope_add_test(store_groups SOURCES store_groups_test.c LIBS syscope_store_writer syscope_store_reader)
syscope_add_test(store_views SOURCES store_views_test.c LIBS syscope_store_writer syscope_store_reader)
syscope_add_test(store_boxes SOURCES store_boxes_test.c LIBS syscope_store_writer syscope_store_reader TIMEOUT 300)
syscope_add_test(store_damage SOURCES store_damage_test.c store_ask.c LIBS syscope_store_writer syscope_store_reader TIMEOUT 600)
syscope_add_test(store_hostile SOURCES store_hostile_test.c store_ask.c LIBS syscope_store_writer syscope_store_reader TIMEOUT 600)
syscope_add_test(store_reports SOURCES store_reports_test.c LIBS syscope_store_writer syscope_store_reader)

# Makes traces of other architectures; what they export as is compared by test/e2e/traces.test.ts.
syscope_add_test(foreign_trace SOURCES foreign_trace.c LIBS syscope_store_writer ARGS .)
