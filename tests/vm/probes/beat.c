/* SPDX-License-Identifier: MIT */
/* beat: the program that the heartbeat starts: a page of its own, and the end. */
int main(void)
{
	return 0;
}
