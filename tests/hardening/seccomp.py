"""Profiles for containers (the JSON that docker and podman take) as BPF programs, by libseccomp as they do it.

    load(path)               the profile as a dictionary
    allowed(profile)         the names of all calls that it allows, with whatever arguments
    program(profile)         the BPF program; raises Unavailable where there is no libseccomp
"""
import ctypes
import ctypes.util
import json
import platform
import tempfile

ACTIONS = {"SCMP_ACT_ALLOW": 0x7FFF0000, "SCMP_ACT_ERRNO": 0x00050000, "SCMP_ACT_LOG": 0x7FFC0000}
COMPARISONS = {"SCMP_CMP_NE": 1, "SCMP_CMP_LT": 2, "SCMP_CMP_LE": 3, "SCMP_CMP_EQ": 4, "SCMP_CMP_GE": 5, "SCMP_CMP_GT": 6,
               "SCMP_CMP_MASKED_EQ": 7}
UNKNOWN = -1  # libseccomp: no such call anywhere
EPERM = 1


class Unavailable(Exception):
    """There is no libseccomp here."""


class Comparison(ctypes.Structure):
    """struct scmp_arg_cmp of seccomp.h"""
    _fields_ = [("index", ctypes.c_uint), ("op", ctypes.c_int), ("first", ctypes.c_uint64), ("second", ctypes.c_uint64)]


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def for_this_machine(rule):
    """A rule may be for some architectures only, named as docker names them."""
    names = {"x86_64": "amd64", "aarch64": "arm64"}
    only = rule.get("includes", {}).get("arches")
    return not only or names.get(platform.machine()) in only


def allowed(profile):
    return {name for rule in profile["syscalls"] if rule["action"] == "SCMP_ACT_ALLOW" and for_this_machine(rule) for name in rule["names"]}


def library():
    name = ctypes.util.find_library("seccomp")
    if not name:
        raise Unavailable("there is no libseccomp here")
    seccomp = ctypes.CDLL(name)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    for function in (seccomp.seccomp_rule_add_array, seccomp.seccomp_export_bpf, seccomp.seccomp_release):
        function.argtypes = [ctypes.c_void_p] + list(function.argtypes or [])
    seccomp.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(Comparison)]
    seccomp.seccomp_export_bpf.argtypes = [ctypes.c_void_p, ctypes.c_int]
    return seccomp


def action(name, errno):
    return ACTIONS[name] | (errno & 0xFFFF if name == "SCMP_ACT_ERRNO" else 0)


def add_rule(seccomp, context, rule):
    comparisons = [Comparison(arg["index"], COMPARISONS[arg["op"]], arg["value"], arg.get("valueTwo", 0)) for arg in rule.get("args") or []]
    array = (Comparison * max(1, len(comparisons)))(*comparisons)
    for name in rule["names"]:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number == UNKNOWN:
            raise ValueError(f"libseccomp knows no system call {name!r}")
        failed = seccomp.seccomp_rule_add_array(context, action(rule["action"], rule.get("errnoRet", EPERM)), number, len(comparisons), array)
        if failed:
            raise ValueError(f"{name}: libseccomp refuses {rule}: {failed}")


def program(profile):
    seccomp = library()
    context = seccomp.seccomp_init(action(profile["defaultAction"], profile.get("defaultErrnoRet", EPERM)))
    try:
        for rule in profile["syscalls"]:
            if for_this_machine(rule):
                add_rule(seccomp, context, rule)
        with tempfile.TemporaryFile() as file:
            if seccomp.seccomp_export_bpf(context, file.fileno()):
                raise ValueError("libseccomp cannot export the filter")
            file.seek(0)
            return file.read()
    finally:
        seccomp.seccomp_release(context)
