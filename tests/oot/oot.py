#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What the netlink family netdev reports of the devices of the two modules.

oot.py DIRECTORY: run in the VM, as root; DIRECTORY has the modules. Prints KTAP.
"""
import ctypes
import os
import socket
import struct
import subprocess
import sys

GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME, CTRL_ATTR_MCAST_GROUPS = 1, 2, 7
CTRL_ATTR_MCAST_GRP_NAME, CTRL_ATTR_MCAST_GRP_ID = 1, 2
NLMSG_ERROR, NLM_F_REQUEST = 2, 1
SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NETLINK_GENERIC = 270, 1, 16
DEV_GET, ADD_NTF, DEL_NTF, CHANGE_NTF = 1, 2, 3, 4
IFINDEX, FEATURES, ZC_MAX_SEGS, RX_METADATA = 1, 3, 4, 5
COMMANDS = {DEV_GET: "get", ADD_NTF: "add", DEL_NTF: "del", CHANGE_NTF: "change"}

BPF_PROG_LOAD, BPF_LINK_CREATE = 5, 28
PROG_TYPE_XDP, ATTACH_XDP, XDP_DRV_MODE, DEV_BOUND_ONLY = 6, 37, 4, 1 << 6
BPF_SYSCALL = 321


def attrs(data):
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("HH", data)
        found.setdefault(kind & 0x3FFF, []).append(data[4:length])
        data = data[(length + 3) & ~3:]
    return found


def attr(kind, data):
    return struct.pack("HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


class Netdev:
    """A socket of the family, which listens, too"""

    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self.sock.bind((0, 0))
        self.family = GENL_ID_CTRL
        reply = attrs(self.ask(CTRL_CMD_GETFAMILY, attr(CTRL_ATTR_FAMILY_NAME, b"netdev\0"))[1])
        self.family, = struct.unpack("H", reply[CTRL_ATTR_FAMILY_ID][0])
        for group in attrs(reply[CTRL_ATTR_MCAST_GROUPS][0]).values():
            group = attrs(group[0])
            if group[CTRL_ATTR_MCAST_GRP_NAME][0] == b"mgmt\0":
                self.mgmt, = struct.unpack("I", group[CTRL_ATTR_MCAST_GRP_ID][0])

    def listen(self):
        self.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, self.mgmt)

    def receive(self, flags=0):
        data = self.sock.recv(8192, flags)
        length, kind = struct.unpack_from("IH", data)
        if kind == NLMSG_ERROR:
            raise OSError(-struct.unpack_from("i", data, 16)[0], "netlink")
        return data[16], data[20:length]

    def ask(self, command, request):
        self.sock.send(struct.pack("IHHII", 20 + len(request), self.family,
                                   NLM_F_REQUEST, 1, 0) +
                       struct.pack("BBH", command, 1, 0) + request)
        return self.receive()

    @staticmethod
    def words(message):
        """A message in words; a segment count that isn't there is left out"""
        found = attrs(message[1])
        ifindex, = struct.unpack("I", found[IFINDEX][0])
        features, = struct.unpack("Q", found[FEATURES][0])
        metadata, = struct.unpack("Q", found[RX_METADATA][0])
        words = f"xdp-features {features:#x} xdp-rx-metadata-features {metadata:#x}"
        if ZC_MAX_SEGS in found:
            words += f" xdp-zc-max-segs {struct.unpack('I', found[ZC_MAX_SEGS][0])[0]}"
        return f"{COMMANDS[message[0]]} {ifindex}", words

    def get(self, name):
        request = attr(IFINDEX, struct.pack("I", socket.if_nametoindex(name)))
        return self.words(self.ask(DEV_GET, request))[1]

    def next(self):
        """What is sent is there when the system call that caused it returns"""
        try:
            return " ".join(self.words(self.receive(socket.MSG_DONTWAIT)))
        except BlockingIOError:
            return "nothing"


def bpf(command, data):
    buf = ctypes.create_string_buffer(data.ljust(128, b"\0"), 128)
    libc = ctypes.CDLL(None, use_errno=True)
    fd = libc.syscall(BPF_SYSCALL, command, buf, 128)
    if fd < 0:
        raise OSError(ctypes.get_errno(), f"bpf() command {command}")
    return fd


def attach(name, bound):
    """Attach XDP_PASS in native mode, maybe bound to the device; closing detaches"""
    ifindex = socket.if_nametoindex(name)
    insns = ctypes.create_string_buffer(struct.pack("<QQ", 0x2000000B7, 0x95))
    text = ctypes.create_string_buffer(b"GPL")
    # type, insn_cnt, insns, license, log_*, kern_version, prog_flags, name, ifindex, attach type
    prog = bpf(BPF_PROG_LOAD, struct.pack(
        "IIQQIIQII16sII", PROG_TYPE_XDP, 2, ctypes.addressof(insns), ctypes.addressof(text),
        0, 0, 0, 0, DEV_BOUND_ONLY if bound else 0, b"pass", ifindex if bound else 0,
        ATTACH_XDP))
    link = bpf(BPF_LINK_CREATE, struct.pack("IIII", prog, ifindex, ATTACH_XDP, XDP_DRV_MODE))
    os.close(prog)
    return link


count = failed = 0


def check(name, is_, expected):
    global count, failed
    count += 1
    print(f"# {name}: {is_}")
    if is_ != expected:
        failed += 1
        print(f"# expected: {expected}")
    print(f"{'ok' if is_ == expected else 'not ok'} {count} {name}", flush=True)


def report(features, metadata=0, segs=None):
    return f"xdp-features {features:#x} xdp-rx-metadata-features {metadata:#x}" + (
        "" if segs is None else f" xdp-zc-max-segs {segs}")


def main():
    directory = sys.argv[1]
    nl, listener = Netdev(), Netdev()
    print("KTAP version 1")

    subprocess.run(["insmod", f"{directory}/oot_declare.ko"], check=True)
    check("declared by the field", nl.get("oot_field"), report(0x2B, 7, 8))
    check("declared by xdp_set_features_flag()", nl.get("oot_set"), report(0x11))
    check("declared as nothing", nl.get("oot_none"), report(0))
    check("declared as a redirect target", nl.get("oot_target"), report(4))
    check("declared as no redirect target", nl.get("oot_no_target"), report(0))

    listener.listen()
    ifindex = socket.if_nametoindex("oot_field")
    for bound in False, True:
        kind = "bound" if bound else "unbound"
        link = attach("oot_field", bound)
        check(f"with an {kind} program" if not bound else "with a bound program",
              nl.get("oot_field"), report(0x6F, 7, 8))
        check(f"notification of the attached {kind} program", listener.next(),
              f"change {ifindex} " + report(0x6F, 7, 8))
        os.close(link)
        check(f"notification of the detached {kind} program", listener.next(),
              f"change {ifindex} " + report(0x2B, 7, 8))
    check("and no more", listener.next(), "nothing")

    subprocess.run(["rmmod", "oot_declare"], check=True)
    check("notification of the first device that goes", listener.next(),
          f"del {ifindex} " + report(0x2B, 7, 8))

    subprocess.run(["insmod", f"{directory}/oot_derive.ko"], check=True)
    check("nothing to derive from", nl.get("der_nothing"), report(0))
    check("derived from ndo_bpf", nl.get("der_bpf"), report(3))
    check("derived from ndo_xdp_xmit", nl.get("der_xmit"), report(4))
    check("ndo_xsk_wakeup without ndo_bpf", nl.get("der_wakeup"), report(0))
    check("derived from all three", nl.get("der_all"), report(0xF, 0, 1))
    subprocess.run(["rmmod", "oot_derive"], check=True)

    print(f"1..{count}")
    return failed > 0


sys.exit(main())
