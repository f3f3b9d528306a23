/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A team of adapters, which the layers above see as one: one device with one IP interface. Its
 * members are FlueNics; where a host stack is joined to it, an intermediate driver (flue/im.h)
 * stands between that and the members' targets.
 *
 * The way of a frame: Send chooses a member and gives it the frame; what a member receives goes up
 * as the team's, unless the member is there for a failure only. Segments of offloaded connections
 * do not come this way: each member's target takes them. The members bear the team's MAC address,
 * but for those of mode balance: they keep their own, and each has a share of the team's IPv4
 * addresses, so that by the choice of its own address a host chooses a member.
 *
 * What happens when a link fails: DetectDelay later the team notices. Another member is active from
 * then on, and tells the switch where the team's address is by a gratuitous ARP request for each of
 * its IPv4 addresses and an unsolicited advertisement for each IPv6 one. In mode balance it takes
 * frames for the failed member's address besides, until that is back. The host stack is asked to
 * take its connections back, and offloads them to the members that are left.
 *
 * In an aggregate the switch has to treat the members' ports as one too. A FlueTeamDevice may be a
 * port of a BridgeNetDevice, so that the switch of a simulation can have one at its own end.
 */
#ifndef FLUE_TEAM_DEVICE_H
#define FLUE_TEAM_DEVICE_H

#include "flue-nic.h"

#include "flue/host.h"
#include "flue/im.h"

#include "ns3/mac48-address.h"
#include "ns3/net-device.h"
#include "ns3/traced-callback.h"

#include <string>
#include <vector>

namespace ns3
{

/** Adapters that the layers above see as one. */
class FlueTeamDevice : public NetDevice
{
  public:
    /** Of the last failure of a link; Time::Min(): that has not happened. */
    struct Failover
    {
        Time failed;    //!< the member's link went down
        Time noticed;   //!< the team noticed: another member is active, and the host was told
        Time uploaded;  //!< the host had its last connection back
        Time resumed;   //!< nothing was left, and the host was told to go on
        Time offloaded; //!< a connection came to an adapter, the last time until now
    };

    /** @return the type of this class */
    static TypeId GetTypeId();
    /** @return the words that Mode knows */
    static std::string ModeNames();
    FlueTeamDevice();
    ~FlueTeamDevice() override;

    /**
     * Takes in an adapter, of the same node and with the same MTU as those before it: the helper
     * (flue-team-helper.h) sees to that. Before a host stack is joined.
     * @param member has no IP interface, and is in no team
     */
    void AddMember(Ptr<FlueNic> member);
    /** @return the members, in the order in which they are preferred */
    const std::vector<Ptr<FlueNic>>& GetMembers() const;
    /** @return the team of an adapter; null: it is in none */
    static Ptr<FlueTeamDevice> Find(const Ptr<const FlueNic>& member);
    /** @return the number of the member by which the team's own frames leave */
    uint32_t GetActive() const;
    /** @return what the team knows of a member's link */
    bool IsMemberUp(uint32_t number) const;
    /** @return when what happened in the last failure that moved connections or the team */
    Failover GetFailover() const;
    /** @return how often another member has become active, or connections have had to leave one */
    uint64_t GetFailovers() const;
    /** @return true when each member with a way to send has room for data */
    bool HasRoom();
    /** @return the MAC address by which others reach an IPv4 address of the team */
    Mac48Address GetAddressOf(Ipv4Address address) const;
    /** @return the MAC address of what is sent from that IPv4 address now */
    Mac48Address GetSourceOf(Ipv4Address address) const;

    void SetIfIndex(const uint32_t index) override;
    uint32_t GetIfIndex() const override;
    /** @return null: each member has its own */
    Ptr<Channel> GetChannel() const override;
    void SetAddress(Address address) override;
    Address GetAddress() const override;
    bool SetMtu(const uint16_t mtu) override;
    uint16_t GetMtu() const override;
    bool IsLinkUp() const override;
    void AddLinkChangeCallback(Callback<void> callback) override;
    bool IsBroadcast() const override;
    Address GetBroadcast() const override;
    bool IsMulticast() const override;
    Address GetMulticast(Ipv4Address multicastGroup) const override;
    Address GetMulticast(Ipv6Address addr) const override;
    bool IsBridge() const override;
    bool IsPointToPoint() const override;
    bool Send(Ptr<Packet> packet, const Address& dest, uint16_t protocolNumber) override;
    bool SendFrom(Ptr<Packet> packet,
                  const Address& source,
                  const Address& dest,
                  uint16_t protocolNumber) override;
    Ptr<Node> GetNode() const override;
    void SetNode(Ptr<Node> node) override;
    bool NeedsArp() const override;
    void SetReceiveCallback(NetDevice::ReceiveCallback callback) override;
    void SetPromiscReceiveCallback(PromiscReceiveCallback callback) override;
    bool SupportsSendFrom() const override;

  protected:
    void DoInitialize() override;
    void DoDispose() override;

  private:
    friend class FlueTcpL4Protocol;

    /** A member, and what the team knows of it. */
    struct Member
    {
        bool isUp = true; //!< its link, as far as is known
        Time changed;     //!< when it changed
    };

    /** @name For the host stack's owner, as FlueNic has them */
    /**@{*/
    flue_provider* Join(FlueTcpL4Protocol* tcp, const flue_tcp_config& config);
    void Attach(const flue_client* client);
    void Leave();
    /** Completes what the driver between host and members has kept. @return false: nothing */
    bool Deliver();
    /** A connection of the host's has moved there. */
    void NoteMove(flue_owner owner);
    /**@}*/

    bool SetMode(std::string name);
    std::string GetMode() const;
    bool SetHash(std::string name);
    std::string GetHash() const;

    /** Stops the program where a member is used without its team. */
    void Check() const;
    /** Puts a verifier between the host stack and the driver. @return the table for the host */
    flue_provider* Watch();
    void OnLinkChange(uint32_t number);
    /** The team notices how a member's link is. */
    void Notice(uint32_t number);
    /** The first member that is up is active, unless the one that is is up. */
    void ChooseActive();
    /** Tells the switch by which port the team is reached. */
    void Announce();
    void AnnounceIpv4();
    void AnnounceIpv6();
    /** Tells it again, as it may not have heard, and forgets: while members stand in for others. */
    void Remind();
    /** @return the number of the member by which a frame leaves */
    uint32_t Choose(const Packet& packet,
                    const Mac48Address& source,
                    const Mac48Address& dest,
                    uint16_t protocolNumber) const;
    /** @return in mode balance, the member that an IPv4 address belongs to */
    uint32_t HomeOf(Ipv4Address address) const;
    /** @return the member that does the work of another, or that itself */
    uint32_t HolderOf(uint32_t home) const;
    /** Prepares a packet of mode balance for its member. @return the member's number */
    uint32_t Direct(const Ptr<Packet>& packet, uint16_t protocolNumber) const;
    /** In mode balance, members take frames for those that are down. */
    void TakeOver();
    /** @return of the members that are up, the one with this number modulo their count */
    uint32_t NumberOfUp(uint32_t number) const;
    bool Receive(uint32_t number,
                 Ptr<NetDevice> device,
                 Ptr<const Packet> packet,
                 uint16_t protocol,
                 const Address& source);
    bool ReceiveAll(uint32_t number,
                    Ptr<NetDevice> device,
                    Ptr<const Packet> packet,
                    uint16_t protocol,
                    const Address& source,
                    const Address& dest,
                    PacketType type);
    /** @return true when it is a member's: the switch has sent back what it should flood */
    bool IsOwn(const Mac48Address& source) const;
    /** @return true when what arrives at the member is for the team */
    bool IsHeard(uint32_t number) const;

    std::vector<Ptr<FlueNic>> m_members; //!< GetMembers
    std::vector<Member> m_known;         //!< and what is known of them
    uint32_t m_active = 0;               //!< GetActive
    flue_team_mode m_mode;               //!< Mode
    bool m_hashesPorts;                  //!< Hash
    Time m_detectDelay;                  //!< DetectDelay
    Time m_remindInterval;               //!< RemindInterval
    EventId m_reminder;                  //!< of the next Remind
    Failover m_failover;                 //!< GetFailover
    uint64_t m_failovers = 0;            //!< GetFailovers

    flue_im* m_im = nullptr;             //!< between host stack and members, once joined
    flue_verifier* m_verifier = nullptr; //!< between host stack and driver, if members Verify
    FlueTcpL4Protocol* m_tcp = nullptr;  //!< whom it serves
    bool m_isRaised = false;             //!< the driver wants its poll

    Ptr<Node> m_node;                 //!< the node
    uint32_t m_ifIndex = 0;           //!< its number there
    Mac48Address m_address;           //!< of all members; balance: of the first
    TracedCallback<> m_linkChange;    //!< AddLinkChangeCallback
    ReceiveCallback m_receive;        //!< the layer above
    PromiscReceiveCallback m_promisc; //!< a bridge, say
};

} // namespace ns3

#endif /* FLUE_TEAM_DEVICE_H */
