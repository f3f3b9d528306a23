/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Joins the far end of a simulated link to a TAP device, and spoils what crosses it: whole frames,
 * both ways alike, are lost, sent twice or held back so that later ones overtake them.
 *
 * A frame of the kernel enters the simulated link only while that has room, so a kernel that sends
 * faster than the link waits, as before a real adapter, and loses nothing by it.
 */
#ifndef FLUE_LIVE_CABLE_H
#define FLUE_LIVE_CABLE_H

#include "tap.h"

#include "model/flue-net-device.h"

#include "ns3/random-variable-stream.h"

namespace flue
{

/** What happens to frames on their way: probabilities of one frame, each way. */
struct Impairments
{
    double loss = 0;        //!< it does not arrive
    double reordering = 0;  //!< it is held back...
    ns3::Time reorderDelay; //!< ...for so long
    double duplication = 0; //!< it arrives twice
};

/** The last piece of the way between the simulation and the kernel. */
class Cable
{
  public:
    /** Frames, both ways together. */
    struct Counts
    {
        uint64_t lost = 0;       //!< taken by Impairments::loss
        uint64_t reordered = 0;  //!< held back
        uint64_t duplicated = 0; //!< sent twice
        uint64_t refused = 0;    //!< that the kernel did not take
    };

    /**
     * @param tap the kernel's end; must outlive the cable
     * @param device the simulated link's end that the kernel stands behind; nothing else uses it
     * @param impairments on the way
     */
    Cable(const Tap& tap, ns3::Ptr<ns3::FlueNetDevice> device, const Impairments& impairments);

    /** @return false while the simulated link has no room for a frame of the kernel */
    bool HasRoom() const;
    /** Takes one frame from the kernel. @return false when it has sent none */
    bool Take();
    const Counts& GetCounts() const;

  private:
    /** What becomes of one frame. */
    struct Fate
    {
        uint32_t copies; //!< 0: lost
        ns3::Time delay; //!< of all of them
    };

    Fate Decide();
    /** A frame has come through the simulated link. */
    void Arrived(ns3::Ptr<const ns3::Packet> frame);
    void ToKernel(ns3::Ptr<const ns3::Packet> frame);
    void ToLink(ns3::Ptr<ns3::Packet> frame);

    const Tap& m_tap;                              //!< the kernel's end
    ns3::Ptr<ns3::FlueNetDevice> m_device;         //!< the simulation's
    Impairments m_impairments;                     //!< on the way
    ns3::Ptr<ns3::UniformRandomVariable> m_random; //!< decides
    Counts m_counts;                               //!< what has happened
    uint8_t m_buffer[Tap::MAX_FRAME];              //!< one frame
};

} // namespace flue

#endif /* FLUE_LIVE_CABLE_H */
