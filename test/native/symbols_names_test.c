/* Demangling: C++, both of Rust's forms, names that are none, and hostile ones. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "demangle.h"
#include "unwind_check.h"

static const struct {
	const char *mangled, *wanted; /* NULL: stays as it is */
} names[] = {
	{ "main", NULL },
	{ "_start", NULL },
	{ "", NULL },
	{ "_Z", NULL },
	{ "_Zzzz", NULL },
	{ "_Z3fooi", "foo(int)" },
	{ "_ZN4shop4Till4ringEiPKc", "shop::Till::ring(int, char const*)" },
	{ "_ZNSt6vectorIiSaIiEE9push_backERKi", "std::vector<int, std::allocator<int> >::push_back(int const&)" },
	{ "_Z3fooi.cold", "foo(int) [clone .cold]" },
	/* Rust, legacy. */
	{ "_ZN4core3fmt9Formatter9write_str17h0123456789abcdefE", "core::fmt::Formatter::write_str" },
	{ "_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$Test$GT$$GT$3bar17h930b740aa94f1d3aE",
		"<Test + 'static as foo::Bar<Test>>::bar" },
	{ "_ZN4main4main28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE.llvm.42", "main::main::{{closure}}" },
	{ "_ZN4core3fmt17h0123456789abcdeE", NULL },
	/* Rust, v0: the examples of RFC 2603 and of rustc's own tests. */
	{ "_RNvC6_123foo3bar", "123foo::bar" },
	{ "_RNvNtCs1234_7mycrate3foo3bar", "mycrate::foo::bar" },
	{ "_RNCNvC7mycrate4main0B3_", "mycrate::main::{closure#0}" },
	{ "_RNCNCNgCs6DXkGYLi8lr_2cc5spawn00B5_", "cc::spawn::{closure#0}::{closure#0}" },
	{ "_RNvMC7mycrateNtB2_3Foo3bar", "<mycrate::Foo>::bar" },
	{ "_RNvXC7mycrateNtB2_3FooNtB2_5Clone5clone", "<mycrate::Foo as mycrate::Clone>::clone" },
	{ "_RINvC7mycrate3fooinE", "mycrate::foo::<isize, i128>" },
	{ "_RINvC7mycrate3fooReQhPlOtE", "mycrate::foo::<&str, &mut u8, *const i32, *mut u16>" },
	{ "_RINvC7mycrate3fooTxyETaEuzE", "mycrate::foo::<(i64, u64), (i8,), (), !>" },
	{ "_RINvC7mycrate3fooAhj8_SbE", "mycrate::foo::<[u8; 8], [bool]>" },
	{ "_RINvC7mycrate3fooFhEuFUKCmEbE", "mycrate::foo::<fn(u8), unsafe extern \"C\" fn(u32) -> bool>" },
	{ "_RINvC7mycrate3fooKj7b_Klna_Kb1_Kc41_E", "mycrate::foo::<123, -10, true, 'A'>" },
	{ "_RINvC7mycrate3fooDNtC4core5CloneEL_E", "mycrate::foo::<dyn core::Clone>" },
	{ "_RINvC7mycrate3fooDINtC4core2FnTuEEp6OutputhEL_E", "mycrate::foo::<dyn core::Fn<((),), Output = u8>>" },
	{ "_RINvC7mycrate3fooFG_RL0_hEuE", "mycrate::foo::<for<'a> fn(&'a u8)>" },
	{ "_RNvC7mycrateu8gdel_5qa", "mycrate::punycode{gdel_5qa}" },
	{ "_RNvC7mycrate", NULL },
	{ "_RNvC9mycrate3foo", NULL },
	{ "_RB_", NULL },
	{ "_RNvB_1a", NULL },
	{ "_R1NvC1a1b", NULL },
	{ "_R", NULL },
};

static void test_names(void)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *name = demangle(names[i].mangled);

		if (names[i].wanted)
			CHECK(name && strcmp(name, names[i].wanted) == 0, "%s: %s, not %s", names[i].mangled, name ? name : "-",
				names[i].wanted);
		else
			CHECK(!name, "%s: %s", names[i].mangled, name);
		free(name);
	}
}

/* A back reference to a tuple of two back references, and so on: doubles with each, and must not. */
static void test_explosion(void)
{
	char name[4096] = "_RINvC1a1bT", *end = name + strlen(name);
	char *demangled;

	for (int i = 0; i < 200; i++)
		end += sprintf(end, "TB8_B8_E");
	strcpy(end, "EE");
	demangled = demangle(name);
	CHECK(!demangled || strlen(demangled) <= 16384, "%zu", strlen(demangled));
	free(demangled);
	/* Deep nesting. */
	strcpy(name, "_RINvC1a1b");
	memset(name + 10, 'R', 4000);
	strcpy(name + 4010, "hE");
	demangled = demangle(name);
	CHECK(!demangled, "%s", demangled);
	free(demangled);
}

static void test_changed(void)
{
	for (uint32_t round = 1, seed = 1; round <= 200000; round++) {
		char name[256], *demangled;
		size_t length;

		strcpy(name, names[9 + round % (sizeof(names) / sizeof(names[0]) - 9)].mangled);
		length = strlen(name);
		for (int i = 0; i < 2 && length > 0; i++) {
			seed = seed * 1664525 + 1013904223;
			name[(seed >> 8) % length] = "ABCDEFGIKLMNPQRSTUXY_019abehnpsuyz$."[(seed >> 20) % 36];
		}
		demangled = demangle(name);
		CHECK(!demangled || strlen(demangled) <= 16384, "%s", name);
		free(demangled);
	}
}

int main(void)
{
	test_names();
	test_explosion();
	test_changed();
	return check_result();
}
