// SPDX-License-Identifier: MIT
// A template that doubles at each depth: the compiler keeps every one.
template <int depth, long n> struct node {
	using left = node<depth - 1, 2 * n>;
	using right = node<depth - 1, 2 * n + 1>;
	static constexpr long value = left::value + right::value;
};
template <long n> struct node<0, n> {
	static constexpr long value = n;
};

int main()
{
	return node<24, 1>::value != 0;
}
