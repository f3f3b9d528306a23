/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a link does to the frames that arrive at one of its ends.
 */
#ifndef FLUE_LINK_ERRORS_H
#define FLUE_LINK_ERRORS_H

#include "binding.h"

#include "ns3/error-model.h"
#include "ns3/random-variable-stream.h"

namespace flue
{

/** Loses frames at random, alone or in bursts, and packets that are too long for the path; and has
 * frames overtaken by others. */
class LinkErrors : public ns3::ErrorModel
{
  public:
    static ns3::TypeId GetTypeId();
    LinkErrors();
    /** @param device where frames arrive; its machine takes the part of the router which tells of a
     * packet that is too long */
    void SetDevice(ns3::Ptr<ns3::FlueNetDevice> device);
    /** @param stream of random numbers */
    void AssignStreams(int64_t stream);
    /** @param probability of a frame to be lost */
    void SetLoss(double probability);
    /** @param frames of which the last is lost; 0: none */
    void SetEvery(uint64_t frames);
    /**
     * Gilbert-Elliott: in the bad state all frames are lost, in the good one none.
     * @param toBad probability, a frame, to leave the good state; 0: no bursts
     * @param toGood probability, a frame, to leave the bad one
     */
    void SetBursts(double toBad, double toGood);
    /**
     * @param probability of a frame to be late
     * @param by how much
     */
    void SetLate(double probability, ns3::Time by);
    /** @param mtu of the longest packet that passes; 0: all do */
    void SetMtu(uint32_t mtu);

  protected:
    void DoDispose() override;

  private:
    bool DoCorrupt(ns3::Ptr<ns3::Packet> frame) override;
    void DoReset() override;
    /** @return true when @p frame is too long; its sender is told */
    bool IsTooLong(const ns3::Ptr<ns3::Packet>& frame);

    ns3::Ptr<ns3::FlueNetDevice> m_device;          //!< SetDevice
    ns3::Ptr<ns3::UniformRandomVariable> m_delays;  //!< whether a frame is late
    double m_late = 0;                              //!< SetLate
    ns3::Time m_lateBy;                             //!< likewise
    ns3::Ptr<ns3::UniformRandomVariable> m_losses;  //!< alone
    ns3::Ptr<ns3::UniformRandomVariable> m_changes; //!< of the state
    double m_loss = 0;                              //!< SetLoss
    uint64_t m_every = 0;                           //!< SetEvery
    uint64_t m_count = 0;                           //!< frames since the last of them
    double m_toBad = 0;                             //!< SetBursts
    double m_toGood = 0;                            //!< likewise
    bool m_isBad = false;                           //!< the state
    uint32_t m_mtu = 0;                             //!< SetMtu
};

/** @return what happens to frames that arrive there; made at the first call */
ns3::Ptr<LinkErrors> ErrorsOf(struct flue_sim_link* link, uint32_t end);

} // namespace flue

#endif /* FLUE_LINK_ERRORS_H */
