/* Runs a program as a container does: without privileges, under a seccomp filter, on a root that cannot be written to.
 *
 *   sluice_confine [--filter FILE] [--user ID] [--writable DIRECTORY]... -- PROGRAM ARGUMENT...
 *
 * --filter FILE    a BPF program, as seccomp_export_bpf(3) writes it; loaded last, so that it holds for execve and all that follows
 * --user ID        becomes that user and group, without any capability; only root can. Others stay who they are
 * --writable DIR   the whole tree is read-only except for these, the first of which
 *                  becomes the working directory; without any, the tree is left alone
 *
 * Exit code 125: something here could not be done, and is named. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { kDirectories = 8, kInstructions = 4096, kCannot = 125 };

static void must(int result, const char* what) {
    if (result >= 0) return;
    fprintf(stderr, "sluice_confine: %s: %s\n", what, strerror(errno));
    exit(kCannot);
}

static void writeText(const char* path, const char* text) {
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    must(fd, path);
    must((int)write(fd, text, strlen(text)), path);
    close(fd);
}

/* Who is not root gets a user namespace in which he stays who he is. */
static void ownMounts(void) {
    const uid_t uid = geteuid();
    const gid_t gid = getegid();
    must(unshare(uid == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER), "unshare");
    if (uid == 0) return;
    char map[64];
    writeText("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "%u %u 1", uid, uid);
    writeText("/proc/self/uid_map", map);
    snprintf(map, sizeof map, "%u %u 1", gid, gid);
    writeText("/proc/self/gid_map", map);
}

static void setAttributes(const char* path, unsigned int flags, unsigned long set, unsigned long clear) {
    struct mount_attr attributes = {.attr_set = set, .attr_clr = clear};
    must((int)syscall(SYS_mount_setattr, AT_FDCWD, path, flags, &attributes, sizeof attributes), path);
}

static void makeReadOnly(char** writable, int count) {
    ownMounts();
    must(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount private");
    for (int i = 0; i < count; ++i) must(mount(writable[i], writable[i], NULL, MS_BIND, NULL), writable[i]);
    setAttributes("/", AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0);
    for (int i = 0; i < count; ++i) setAttributes(writable[i], 0, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, MOUNT_ATTR_RDONLY);
    must(chdir(writable[0]), writable[0]); /* where we stood is below the new mount */
}

static void giveUpPrivileges(long user) {
    if (user > 0) {
        for (int capability = 0; capability < 64; ++capability) (void)prctl(PR_CAPBSET_DROP, capability);
        must(setgroups(0, NULL), "setgroups");
        must(setresgid((gid_t)user, (gid_t)user, (gid_t)user), "setresgid");
        must(setresuid((uid_t)user, (uid_t)user, (uid_t)user), "setresuid");
    }
    must(prctl(PR_SET_PDEATHSIG, SIGKILL), "PR_SET_PDEATHSIG"); /* whoever started this has died */
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
}

static void loadFilter(const char* path) {
    static struct sock_filter instructions[kInstructions];
    FILE* file = fopen(path, "rbe");
    must(file ? 0 : -1, path);
    const size_t count = fread(instructions, sizeof *instructions, kInstructions, file);
    fclose(file);
    const struct sock_fprog program = {.len = (unsigned short)count, .filter = instructions};
    must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "PR_SET_SECCOMP");
}

int main(int argc, char** argv) {
    char* writable[kDirectories];
    const char* filter = NULL;
    long user = 0;
    int count = 0, at = 1;
    for (; at + 1 < argc && strcmp(argv[at], "--") != 0; at += 2) {
        if (strcmp(argv[at], "--filter") == 0) filter = argv[at + 1];
        if (strcmp(argv[at], "--user") == 0) user = strtol(argv[at + 1], NULL, 10);
        if (strcmp(argv[at], "--writable") == 0 && count < kDirectories) writable[count++] = argv[at + 1];
    }
    if (at + 1 >= argc) {
        fprintf(stderr, "usage: sluice_confine [--filter FILE] [--user ID] [--writable DIRECTORY]... -- PROGRAM ARGUMENT...\n");
        return kCannot;
    }
    if (count > 0) makeReadOnly(writable, count);
    giveUpPrivileges(user);
    if (filter) loadFilter(filter);
    execv(argv[at + 1], argv + at + 1);
    must(-1, argv[at + 1]);
}
