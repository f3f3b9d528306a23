/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The statuses of the chimney contract: how an operation on offloaded state, or a piece of I/O on
 * an offloaded connection, ended; and the status indications by which a target speaks to its host.
 *
 * FLUE_STATUS_X is the documents' NDIS_STATUS_X. The documents give no numbers; these are ours.
 */
#ifndef FLUE_STATUS_H
#define FLUE_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, text). Numbered from 0 in this order. */
#define FLUE_STATUS_MAP(X)                                                                         \
    X(SUCCESS, "done")                                                                             \
    X(PENDING, "the completion comes later")                                                       \
    X(FAILURE, "not done")                                                                         \
    X(NOT_SUPPORTED, "not supported")                                                              \
    X(INVALID_DATA, "the request's contents are invalid")                                          \
    X(INVALID_LENGTH, "the buffer is too short")                                                   \
    X(INVALID_PARAMETER, "a parameter is invalid")                                                 \
    X(INVALID_STATE, "posted after the disconnect was indicated")                                  \
    X(RESOURCES, "host memory ran out")                                                            \
    X(PAUSED, "the adapter is paused")                                                             \
    X(REQUEST_ABORTED, "ended by a reset or an error")                                             \
    X(UPLOAD_IN_PROGRESS, "the connection is moving back to the host")                             \
    X(REQUEST_UPLOAD, "an intermediate driver ran out of memory and asks for the upload")          \
    X(UPLOAD_REQUESTED, "an upload was asked for before this one")                                 \
    X(OFFLOAD_PARTIAL_SUCCESS, "own state taken over, some dependant was not")                     \
    X(OFFLOAD_TCP_ENTRIES, "no room for another TCP connection")                                   \
    X(OFFLOAD_PATH_ENTRIES, "no room for another path")                                            \
    X(OFFLOAD_NEIGHBOR_ENTRIES, "no room for another neighbour")                                   \
    X(OFFLOAD_HW_ADDRESS_ENTRIES, "no room for another source MAC address")                        \
    X(OFFLOAD_IP_ADDRESS_ENTRIES, "no room for another source IP address")                         \
    X(OFFLOAD_TCP_XMIT_BUFFER, "no transmit buffer")                                               \
    X(OFFLOAD_TCP_RCV_BUFFER, "no receive buffer")                                                 \
    X(OFFLOAD_TCP_RCV_WINDOW, "the receive window is larger than the target supports")             \
    X(OFFLOAD_VLAN_ENTRIES, "no room for another VLAN")                                            \
    X(OFFLOAD_VLAN_MISMATCH, "the neighbour's VLAN is not the interface's")                        \
    X(OFFLOAD_PATH_MTU, "the path MTU is larger than the target supports")                         \
    X(OFFLOAD_CONNECTION_REJECTED, "the target judges the connection a poor candidate")            \
    X(OFFLOAD_DATA_NOT_ACCEPTED, "the client took none of the indicated data")                     \
    X(OFFLOAD_DATA_PARTIALLY_ACCEPTED, "the client took the first part of the indicated data")     \
    X(OFFLOAD_PAUSE, "indication: stop offloading new objects")                                    \
    X(OFFLOAD_RESUME, "indication: offload again, with these capabilities")                        \
    X(UPLOAD_ALL, "indication: take every connection back")                                        \
    X(OFFLOAD_ENCASPULATION_CHANGE, "indication: the encapsulation setting changed")               \
    X(TCP_CONNECTION_OFFLOAD_HARDWARE_CAPABILITIES, "indication: the capabilities changed")        \
    X(UNWRITTEN, "no status has been written yet; never a completion")

enum flue_status {
#define FLUE_STATUS_ENUM(name, text) FLUE_STATUS_##name,
    FLUE_STATUS_MAP(FLUE_STATUS_ENUM)
#undef FLUE_STATUS_ENUM
};

/* The name ("FLUE_STATUS_SUCCESS") and the sentence of a status; never NULL. */
const char *flue_status_name(enum flue_status status);
const char *flue_status_text(enum flue_status status);

#ifdef __cplusplus
}
#endif
#endif
