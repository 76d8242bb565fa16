/* SPDX-License-Identifier: MIT */
/*
 * Where the program begins: a landing pad before libc's own _start. Control-flow protection counts
 * only where every place that is jumped to has one, and in crt1.o of many distributions (Debian 12)
 * neither _start nor _init and _fini have; the link leaves the last two out (meson.build).
 */
	.text
	.globl	useroom_entry
	.type	useroom_entry, @function
useroom_entry:
	.cfi_startproc
	.cfi_undefined rip
	endbr64
	jmp	_start
	.cfi_endproc
	.size	useroom_entry, .-useroom_entry
	.section .note.GNU-stack, "", @progbits
