/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See tap.h. The kernel's own interface for this: tun/tap for the device, ioctls for its address,
 * and netlink for the one of IPv6: only there can one ask for an address without the second in
 * which the kernel looks for another owner of it (duplicate address detection).
 */
#include "tap.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/if_tun.h>
#include <linux/rtnetlink.h>

namespace flue
{

namespace
{

/** @return a request about the device @p name */
ifreq RequestFor(const std::string& name)
{
    ifreq request{};
    name.copy(request.ifr_name, sizeof request.ifr_name - 1);
    return request;
}

/** @return @p address, in host order, as the kernel's calls take it */
sockaddr ToSockaddr(uint32_t address)
{
    sockaddr_in inet{};
    inet.sin_family = AF_INET;
    inet.sin_addr.s_addr = htonl(address);
    sockaddr generic{};
    std::memcpy(&generic, &inet, sizeof generic);
    return generic;
}

/** Asks the kernel for an address on a device. */
struct AddressRequest
{
    nlmsghdr header;     //!< of the message
    ifaddrmsg device;    //!< which, and how
    rtattr attribute;    //!< of the address
    uint8_t address[16]; //!< in network order
};

/** The kernel's answer to a request. */
struct Answer
{
    nlmsghdr header;                                    //!< of the message
    nlmsgerr error;                                     //!< 0, or an errno below zero
    uint8_t about[NLMSG_ALIGN(sizeof(AddressRequest))]; //!< the request's rest
};

/** @return 0, or the errno for @p request, which the kernel was asked through @p socket */
int AskKernel(int socket, const AddressRequest& request)
{
    Answer answer{};
    if (send(socket, &request, sizeof request, 0) < 0 ||
        recv(socket, &answer, sizeof answer, 0) < 0)
    {
        return errno;
    }
    return answer.header.nlmsg_type == NLMSG_ERROR ? -answer.error.error : EPROTO;
}

} // namespace

Tap::~Tap()
{
    if (m_descriptor >= 0)
    {
        close(m_descriptor);
    }
}

bool Tap::Create(const std::string& name, std::string* why)
{
    m_descriptor = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (m_descriptor < 0)
    {
        const bool isDenied = errno == EACCES || errno == EPERM;
        *why = std::string("/dev/net/tun: ") + std::strerror(errno) +
               (isDenied ? ": making a TAP device needs root"
                         : ": this machine has no TAP devices (as root: modprobe tun)");
        return false;
    }
    ifreq request = RequestFor(name);
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    if (ioctl(m_descriptor, TUNSETIFF, &request) == 0)
    {
        return true;
    }
    const int cause = errno;
    const char* reason = cause == EPERM    ? "making a TAP device needs root"
                         : cause == EBUSY  ? "another program uses it; choose another name"
                         : cause == EINVAL ? "it is there, and is no TAP device; choose another "
                                             "name"
                                           : std::strerror(cause);
    *why = "--tap \"" + name + "\": " + reason;
    return false;
}

bool Tap::Configure(int socket, const std::string& name, uint32_t address, uint32_t prefix)
{
    ifreq request = RequestFor(name);
    request.ifr_addr = ToSockaddr(address);
    if (ioctl(socket, SIOCSIFADDR, &request) != 0)
    {
        return false;
    }
    request.ifr_netmask = ToSockaddr(prefix == 0 ? 0 : ~0U << (32 - prefix));
    if (ioctl(socket, SIOCSIFNETMASK, &request) != 0 || ioctl(socket, SIOCGIFFLAGS, &request) != 0)
    {
        return false;
    }
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP | IFF_RUNNING);
    if (ioctl(socket, SIOCSIFFLAGS, &request) != 0 || ioctl(socket, SIOCGIFHWADDR, &request) != 0)
    {
        return false;
    }
    std::memcpy(m_mac, request.ifr_hwaddr.sa_data, sizeof m_mac);
    m_index = static_cast<int>(if_nametoindex(name.c_str()));
    return true;
}

bool Tap::Open(const std::string& name, uint32_t address, uint32_t prefix, std::string* why)
{
    if (!Create(name, why))
    {
        return false;
    }
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool isConfigured = socket >= 0 && Configure(socket, name, address, prefix);
    if (!isConfigured)
    {
        *why = "--tap \"" + name + "\": it cannot be configured: " + std::strerror(errno);
    }
    if (socket >= 0)
    {
        close(socket);
    }
    return isConfigured;
}

int Tap::AddAddress6(const uint8_t address[16], uint8_t prefix) const
{
    AddressRequest request{};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = RTM_NEWADDR;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;
    request.device.ifa_family = AF_INET6;
    request.device.ifa_prefixlen = prefix;
    request.device.ifa_flags = IFA_F_NODAD;
    request.device.ifa_scope = RT_SCOPE_UNIVERSE;
    request.device.ifa_index = static_cast<unsigned>(m_index);
    request.attribute.rta_len = RTA_LENGTH(sizeof request.address);
    request.attribute.rta_type = IFA_LOCAL;
    std::memcpy(request.address, address, sizeof request.address);
    const int socket = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (socket < 0)
    {
        return errno;
    }
    const int result = AskKernel(socket, request);
    close(socket);
    return result;
}

int Tap::GetDescriptor() const
{
    return m_descriptor;
}

const uint8_t* Tap::GetMac() const
{
    return m_mac;
}

std::size_t Tap::Read(uint8_t* frame, std::size_t size) const
{
    const ssize_t got = read(m_descriptor, frame, size);
    return got > 0 ? static_cast<std::size_t>(got) : 0;
}

bool Tap::Write(const uint8_t* frame, std::size_t size) const
{
    return write(m_descriptor, frame, size) == static_cast<ssize_t>(size);
}

} // namespace flue
