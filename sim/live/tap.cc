/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See tap.h. The kernel's own interface for this: tun/tap for the device, ioctls for its address.
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
