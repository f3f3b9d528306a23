/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Flue: a TCP Chimney Offload laboratory. This header includes all others.
 *
 * Flue has a TCP engine that runs in two places: in a host stack, and in an offload target, the
 * part of a NIC that takes whole connections over. The two speak the chimney contract, and a
 * connection can move from one to the other and back while data flows. All of it is plain C that
 * does no I/O and reads no clock: the owner of an object hands in segments and time, and gets
 * segments and events back. Put into a simulator it answers what a workload gains or loses when its
 * connections live on the NIC.
 *
 * There are three ways to use it:
 *
 *   write a scenario    against flue/sim.h alone: machines, links, stacks, applications, numbers.
 *   drive the model     in a simulator or test of your own: flue/host.h and flue/target.h, and, for
 * TCP without any chimney, flue/tcp.h. speak the contract  as a target, a host stack or a driver
 * between: flue/chimney.h.
 *
 * To read it from simple to rare:
 *
 *   flue/time.h      what a moment is: picoseconds
 *   flue/result.h    what a call answers
 *   flue/memory.h    the one allocator callback
 *   flue/address.h   MAC and IP addresses, the four-tuple
 *   flue/buffer.h    payload by reference, with bytes behind it or only a length
 *   flue/tcp.h       the TCP engine
 *   flue/state.h     the state of a connection that moves, in three layers and three classes
 *   flue/status.h    how an operation of the contract ended
 *   flue/chimney.h   the contract: struct flue_provider and struct flue_client
 *   flue/verifier.h  the watch between the two, that reports who breaks the contract
 *   flue/oid.h       requests to an adapter: capabilities, parameters, statistics
 *   flue/adapter.h   what the system keeps of an adapter: registration, requests, statuses
 *   flue/target.h    the offload target
 *   flue/host.h      the host stack
 *   flue/im.h        intermediate drivers between the two: pass-through, VLANs, teams
 *   flue/policy.h    when it offloads
 *   flue/rss.h       the hash that says which processor a connection is for
 *   flue/frame.h     headers on the wire, from and to plain structs
 *   flue/profile.h   one machine: what each kind of work amounts to
 *   flue/cost.h      cores, bus and adapter engine, that do one piece of work after the other
 *   flue/sim.h       the C binding to ns-3
 *   flue/version.h   which Flue this is
 */
#ifndef FLUE_FLUE_H
#define FLUE_FLUE_H

#include "flue/adapter.h"
#include "flue/address.h"
#include "flue/buffer.h"
#include "flue/chimney.h"
#include "flue/cost.h"
#include "flue/frame.h"
#include "flue/host.h"
#include "flue/im.h"
#include "flue/memory.h"
#include "flue/oid.h"
#include "flue/policy.h"
#include "flue/profile.h"
#include "flue/result.h"
#include "flue/rss.h"
#include "flue/sim.h"
#include "flue/state.h"
#include "flue/status.h"
#include "flue/target.h"
#include "flue/tcp.h"
#include "flue/time.h"
#include "flue/verifier.h"
#include "flue/version.h"

#endif
