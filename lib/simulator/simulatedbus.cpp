// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/simulatedbus.h"

namespace sb {

void SimulatedBus::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    for (const Place &place : m_places) {
        if (place.present)
            place.device->receive(bytes, replies);
    }
}

void SimulatedBus::elapsed(qint64 ms, std::vector<SimulatedReply> &replies)
{
    for (const Place &place : m_places) {
        m_unheard.clear();
        place.device->elapsed(ms, place.present ? replies : m_unheard);
    }
}

int SimulatedBus::baudRate() const { return m_places.empty() ? 9600 : m_places.front().device->baudRate(); }

SerialSettings::Parity SimulatedBus::parity() const
{
    return m_places.empty() ? SerialSettings::Parity::None : m_places.front().device->parity();
}

} // namespace sb
