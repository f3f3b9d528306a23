/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The local ports in use on a node: what stands in whose way.
 */
#include "check.h"

#include "model/flue-booked-ports.h"

using namespace ns3;

namespace
{

const flue_ip ANY{};
const flue_ip ONE{{10, 0, 0, 1}};
const flue_ip TWO{{10, 0, 0, 2}};

void APortOfOneAddressLeavesOthersFree()
{
    FlueBookedPorts ports;
    ports.Book(4, ONE, 80);
    CHECK_EQ(false, ports.IsFree(4, ONE, 80));
    CHECK_EQ(true, ports.IsFree(4, TWO, 80));
    CHECK_EQ(true, ports.IsFree(4, ONE, 81));
    CHECK_EQ(true, ports.IsFree(4, ONE, 80 + 1024));
    CHECK_EQ(true, ports.IsFree(6, ONE, 80));
}

void AnyAddressStandsInTheWayOfAllAndAllInIts()
{
    FlueBookedPorts ports;
    ports.Book(4, ANY, 80);
    CHECK_EQ(false, ports.IsFree(4, ONE, 80));
    CHECK_EQ(false, ports.IsFree(4, ANY, 80));
    ports.Free(4, ANY, 80);
    ports.Book(4, ONE, 81); // in a page before the one that has the port
    ports.Book(4, TWO, 80);
    CHECK_EQ(false, ports.IsFree(4, ANY, 80));
    CHECK_EQ(true, ports.IsFree(4, ONE, 80));
    CHECK_EQ(true, ports.IsFree(4, ANY, 82));
    CHECK_EQ(true, ports.IsFree(6, ANY, 80));
}

void AFreedPortCanBeBookedAgain()
{
    FlueBookedPorts ports;
    ports.Book(4, ONE, 65535);
    ports.Book(4, ONE, 65534);
    ports.Free(4, ONE, 65535);
    ports.Free(4, TWO, 65534); // never booked
    CHECK_EQ(true, ports.IsFree(4, ONE, 65535));
    CHECK_EQ(false, ports.IsFree(4, ONE, 65534));
    ports.Free(4, ONE, 65534);
    CHECK_EQ(true, ports.IsFree(4, ANY, 65534));
}

} // namespace

int main(int argc, char** argv)
{
    return check::Run(argc,
                      argv,
                      {
                          TEST(APortOfOneAddressLeavesOthersFree),
                          TEST(AnyAddressStandsInTheWayOfAllAndAllInIts),
                          TEST(AFreedPortCanBeBookedAgain),
                      });
}
