// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb {

/// Several boards on one RS485 line: all hear each request, whoever is meant answers. A board can be pulled
/// and put back; it lives on meanwhile.
class SimulatedBus : public SimulatedDevice
{
public:
    /// \a device must outlive the bus; the first one's speed is that of the line.
    void add(SimulatedDevice &device) { m_places.push_back({&device, true}); }
    [[nodiscard]] size_t size() const { return m_places.size(); }
    /// \a place: from 0, in the order of add().
    void setPresent(size_t place, bool present) { m_places.at(place).present = present; }

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    void elapsed(qint64 ms, std::vector<SimulatedReply> &replies) override;
    [[nodiscard]] int baudRate() const override;
    [[nodiscard]] SerialSettings::Parity parity() const override;

private:
    struct Place
    {
        SimulatedDevice *device;
        bool present;
    };
    std::vector<Place> m_places;
    std::vector<SimulatedReply> m_unheard; ///< of boards that are pulled
};

} // namespace sb
