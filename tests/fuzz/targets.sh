# SPDX-License-Identifier: Apache-2.0
# The fuzz targets, a line each: its name (targets/NAME.c), the module below seeds/ that makes its seeds, and what is compiled
# with it: sources, and flags for the compiler and linker. `codec NAME` is a claim of codecs.py about Python code, whose seeds are
# seeds/codecs.py's. Read by run, from the repository's root.
target capfile captures native/replay/{capfile,pcap,pcapng,pcapng_interface,stranger}.c
target replay captures native/replay/*.c native/core/*.c native/api/replay.c native/io/error.c -lmd
target packet payloads native/core/{bfd_packet,bfd_fault}.c
target auth sections tests/fuzz/receive/sign.c native/core/bfd_{auth,auth_digest,auth_session,fault,key_chain,packet}.c -lmd
target receive plays tests/fuzz/receive/*.c native/{core,path,io,fib,engine}/*.c \
	native/api/{check,eal,engine,event,host,key_chain,neighbour,port,reflector,session}.c \
	-fsanitize-coverage=trace-pc -fno-sanitize=alignment -D_GNU_SOURCE -DPYDP_VERSION=__FILE__ \
	-lmd $(pkg-config --cflags --libs libdpdk) -lrte_net_ring -pthread -Wl,--wrap=__sanitizer_cov_trace_pc
target forward frames native/{core,fib,path,io,engine}/*.c \
	native/api/{check,eal,engine,forward,neighbour,nexthop,port,route}.c \
	-fno-sanitize=alignment -D_GNU_SOURCE -DPYDP_VERSION=__FILE__ \
	-lmd $(pkg-config --cflags --libs libdpdk) -lrte_net_ring -pthread
codec open
codec update
codec stream
codec link-state
codec nh-reach
codec prefixes
codec dump
codec rtr
