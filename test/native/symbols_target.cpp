// A C++ program with namespaces, templates, members, lambdas and inlining, whose every line symbols_lines_test looks up.
#include <cstdio>

namespace shop {

template <typename T> struct Counter {
	T count = 0;
	__attribute__((noinline)) void add(T amount);
	T get() const { return count; }
};

template <typename T> void Counter<T>::add(T amount)
{
	count += amount;
	if (count > 100)
		count = get() - amount;
}

class Till {
public:
	virtual ~Till() = default;
	virtual int ring(int amount, const char *reason);

private:
	Counter<int> sold;
	Counter<long> cents;
};

int Till::ring(int amount, const char *reason)
{
	auto discount = [&](int value) { return reason ? value - sold.get() : value * 2; };
	sold.add(1);
	cents.add(discount(amount));
	return static_cast<int>(cents.get());
}

namespace {
__attribute__((noinline)) int hidden(Till &till, int n)
{
	int sum = 0;
	for (int i = 0; i < n; i++) {
		try {
			sum += till.ring(i, i % 2 ? "odd" : nullptr);
			if (sum == 12345)
				throw i;
		} catch (int value) {
			sum -= value;
		}
	}
	return sum;
}
} // namespace

} // namespace shop

int main(int argc, char **)
{
	shop::Till till;
	std::printf("%d\n", shop::hidden(till, argc + 3));
	return 0;
}
