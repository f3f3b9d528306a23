/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A TAP device: an Ethernet adapter of the machine's own kernel whose other end is this program.
 * The device is made when it is opened and goes away with the program.
 */
#ifndef FLUE_LIVE_TAP_H
#define FLUE_LIVE_TAP_H

#include <cstddef>
#include <cstdint>
#include <string>

namespace flue
{

/** The kernel's end of the cable. */
class Tap
{
  public:
    static constexpr std::size_t MAX_FRAME = 9018; //!< bytes of the longest frame, with its tag
    static constexpr std::size_t MAC_BYTES = 6;    //!< of an Ethernet address

    Tap() = default;
    ~Tap();
    Tap(const Tap&) = delete;
    Tap& operator=(const Tap&) = delete;

    /**
     * Makes the device, gives the kernel its address there and switches it on.
     * @param name of the device
     * @param address the kernel's IPv4 address, in host order
     * @param prefix length of the network's prefix
     * @param why gets one line for the user
     * @return false when that is not to be had
     */
    bool Open(const std::string& name, uint32_t address, uint32_t prefix, std::string* why);
    /**
     * Gives the kernel an IPv6 address there too, which it may use at once: nobody else is on the
     * cable whose address it could be.
     * @param address in network order
     * @param prefix length of the network's prefix
     * @return 0, or the errno of a kernel that does without IPv6
     */
    int AddAddress6(const uint8_t address[16], uint8_t prefix) const;
    /** @return readable when the kernel has sent a frame */
    int GetDescriptor() const;
    /** @return the kernel's MAC address */
    const uint8_t* GetMac() const;
    /** @return bytes of the frame that the kernel has sent, or 0 when there is none */
    std::size_t Read(uint8_t* frame, std::size_t size) const;
    /** @return false when the kernel does not take @p frame: its device is down, or it has no room
     */
    bool Write(const uint8_t* frame, std::size_t size) const;

  private:
    /** Makes the device. */
    bool Create(const std::string& name, std::string* why);
    /** Gives the device its address and switches it on, through @p socket. */
    bool Configure(int socket, const std::string& name, uint32_t address, uint32_t prefix);

    int m_descriptor = -1;      //!< of /dev/net/tun
    int m_index = 0;            //!< the device's, as the kernel counts
    uint8_t m_mac[MAC_BYTES]{}; //!< the kernel's
};

} // namespace flue

#endif /* FLUE_LIVE_TAP_H */
