/* Asks the kernel for what the gateway never needs, one thing after the other, and prints what came of each: "NAME errno" or
 * "NAME allowed". Whatever is allowed is harmless: the arguments are wrong, or what is made ends with the process. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/netlink.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void report(const char* name, long result) {
    if (result < 0)
        printf("%s %s\n", name, strerrorname_np(errno));
    else
        printf("%s allowed\n", name);
}

#define ASK(name, ...) report(#name, syscall(SYS_##name, __VA_ARGS__))

static long newUserNamespace(void) {
    const long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0) _exit(0);
    return child;
}

int main(void) {
    const long page = sysconf(_SC_PAGESIZE);
    void* plain = mmap(NULL, (size_t)page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    report("write_and_execute", (long)(intptr_t)mmap(NULL, (size_t)page, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == -1 ? -1 : 0);
    report("execute_what_was_written", mprotect(plain, (size_t)page, PROT_READ | PROT_EXEC));
    report("new_user_namespace", newUserNamespace());
    ASK(unshare, CLONE_FILES);
    ASK(setns, -1, 0);
    ASK(mount, "", "", "", 0, NULL);
    ASK(pivot_root, "", "");
    ASK(chroot, "");
    ASK(ptrace, -1, 0, 0, 0);
    ASK(process_vm_readv, 0, NULL, 0, NULL, 0, 0);
    ASK(bpf, -1, NULL, 0);
    ASK(perf_event_open, NULL, 0, 0, -1, 0);
    ASK(userfaultfd, -1);
    ASK(io_uring_setup, 0, NULL);
    ASK(keyctl, -1, 0, 0, 0, 0);
    ASK(add_key, NULL, NULL, NULL, 0, 0);
    ASK(init_module, NULL, 0, "");
    ASK(kexec_load, 0, 0, NULL, 0);
    ASK(open_by_handle_at, -1, NULL, 0);
    ASK(personality, 0x0400000);
    report("packet_socket", socket(AF_PACKET, SOCK_RAW, 0));
    report("netlink_audit_socket", socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT));
    report("vsock", socket(AF_VSOCK, SOCK_STREAM, 0));
    return 0;
}
