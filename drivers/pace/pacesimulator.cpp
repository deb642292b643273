// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/pace/pacesimulator.h"

#include "simulator/pack.h"

#include <algorithm>
#include <cmath>

namespace sb::pace {
namespace {

std::unique_ptr<SimulatedDevice> create(Pack &pack, int address)
{
    return std::make_unique<PaceSimulator>(pack, address < 0 ? 0 : address);
}

qint64 whole(double value) { return std::llround(value); }
qint64 kelvin(double celsius) { return whole(celsius * 10) + 2730; }

/// Commands that write, and those that read the same.
const QHash<int, int> readOfWrite{{0xD0, 0xD1}, {0xD2, 0xD3}, {0xD4, 0xD5}, {0xD6, 0xD7},
                                  {0xD8, 0xD9}, {0xDA, 0xDB}, {0xE2, 0xE3}, {0xE4, 0xE5},
                                  {0xB5, 0xB6}, {0xA8, 0xA0}, {0xAE, 0xAF}, {0xDC, 0xDD},
                                  {0xDE, 0xDF}, {0xE0, 0xE1}, {0xE6, 0xE7}, {0xEE, 0xED}};
/// Their replies have no byte 01 before the values.
const QSet<int> withoutLead{0xE5, 0xB6, 0xA0, 0xAF, 0xEB};

} // namespace

SimulatorDescriptor simulator() { return {QStringLiteral("pace"), 16, create}; }

PaceSimulator::PaceSimulator(Pack &pack, int address, int device)
    : SimulatedStation({'~', '~', 0x25, {device}, 25}, {address})
    , m_packs{&pack}
    , m_address(address)
{
    const PackLimits &limits = pack.limits();
    const auto words = [](std::initializer_list<double> values) {
        QByteArray bytes;
        for (const double value : values)
            put16(bytes, whole(value));
        return bytes;
    };
    m_settings[0xD1] = words({limits.cellOvervoltageRelease * 1000, limits.cellOvervoltage * 1000,
                              limits.cellOvervoltageRelease * 1000}) +
                       '\x0A';
    m_settings[0xD3] =
        words({2900, limits.cellUndervoltage * 1000, limits.cellUndervoltageRelease * 1000}) + '\x0A';
    m_settings[0xD5] =
        words({57600, limits.packOvervoltage * 1000, limits.packOvervoltageRelease * 1000}) + '\x0A';
    m_settings[0xD7] =
        words({46400, limits.packUndervoltage * 1000, limits.packUndervoltageRelease * 1000}) + '\x0A';
    m_settings[0xD9] = words({105, 110}) + '\x0A';
    m_settings[0xDB] = words({-105, -110}) + '\x0A';
    m_settings[0xE3] = QByteArray("\x96\x14");
    m_settings[0xE5] = QByteArray("\x10");
    m_settings[0xB6] = words({limits.balanceStart * 1000, limits.balanceWindow * 1000});
    m_settings[0xA0] = words({3150}) + '\x77' + '\x05';
    m_settings[0xAF] = words({56000, 2000}) + '\x05';
    for (const int code : {0xDD, 0xDF, 0xE7})
        m_settings[code] = words({3230., 3280., 3230., 3280., 3330., 3280.});
    m_settings[0xE1] = words({3630., 3830., 3580.});
    m_settings[0xED] = words({90});
    m_settings[0xEB] = QByteArray("\x01\x02\x00", 3);
}

ydt1363::SimulatedStation::Answer PaceSimulator::answer(const Command &command)
{
    Answer answer;
    switch (command.code) {
    case 0x42:
    case 0x44:
        return ofPacks(command);
    case 0x90:
        put8(answer.info, static_cast<qint64>(m_packs.size()));
        return answer;
    case 0xC1:
        putText(answer.info, "P16S100A-1812-1.00", 20);
        return answer;
    case 0xC2:
        putText(answer.info,
                serialIsEmpty ? QByteArray() : "18121013803" + QByteArray::number(m_address + 10), 40);
        return answer;
    case 0xA6:
        put16(answer.info, whole(m_packs.front()->remainingAh() * 100));
        put16(answer.info, whole(m_packs.front()->capacityAh() * 100));
        put16(answer.info, whole(m_packs.front()->capacityAh() * 100));
        return answer;
    case 0x9A:
    case 0x9B:
        return switchFet(command);
    default:
        return settings(command);
    }
}

/// One of the packs, by its number, or all of them one behind the other.
ydt1363::SimulatedStation::Answer PaceSimulator::ofPacks(const Command &command) const
{
    if (command.info.size() != 1)
        return refusal(0x05);
    const int wanted = static_cast<quint8>(command.info[0]);
    const bool all = wanted == 0xFF;
    const int index = wanted - m_address;
    if (!all && (index < 0 || index >= static_cast<int>(m_packs.size())))
        return refusal(0x06);
    Answer answer;
    put8(answer.info, 0);
    put8(answer.info, all ? static_cast<qint64>(m_packs.size()) : wanted);
    for (int i = 0; i < static_cast<int>(m_packs.size()); ++i) {
        const Pack &pack = *m_packs[static_cast<size_t>(i)];
        if (all || i == index)
            answer.info.append(command.code == 0x42 ? analog(pack) : status(pack));
    }
    return answer;
}

QByteArray PaceSimulator::analog(const Pack &pack)
{
    QByteArray info;
    put8(info, static_cast<qint64>(pack.cellVoltages().size()));
    double sum = 0;
    for (const double cell : pack.cellVoltages()) {
        put16(info, whole(cell * 1000));
        sum += cell;
    }
    put8(info, 6);
    const std::vector<double> &sensors = pack.temperatures();
    for (size_t i = 0; i < 4; ++i) // 0: no sensor
        put16(info, i < sensors.size() ? kelvin(sensors[i]) : 0);
    put16(info, kelvin(pack.mosfetTemperature()));
    put16(info, kelvin(pack.config().ambient));
    put16(info, whole(pack.current() * 100));
    put16(info, whole(std::min(sum, 65.5) * 1000));
    put16(info, whole(pack.remainingAh() * 100));
    put8(info, 3);
    put16(info, whole(pack.capacityAh() * 100));
    put16(info, pack.cycles());
    put16(info, whole(pack.capacityAh() * 100));
    return info;
}

QByteArray PaceSimulator::status(const Pack &pack)
{
    const auto bits = [&pack](std::initializer_list<Protection> protections) {
        int byte = 0;
        int bit = 0;
        for (const Protection protection : protections)
            byte |= pack.isActive(protection) ? 1 << bit++ : 0 << bit++;
        return byte;
    };
    const auto balancing = [&pack](size_t from) {
        int byte = 0;
        for (size_t i = 0; i < 8 && from + i < pack.balancing().size(); ++i)
            byte |= pack.balancing()[from + i] ? 1 << i : 0;
        return byte;
    };
    QByteArray info;
    put8(info, static_cast<qint64>(pack.cellVoltages().size()));
    info.append(QByteArray(static_cast<qsizetype>(pack.cellVoltages().size()), '\0'));
    put8(info, 6);
    info.append(QByteArray(6 + 3, '\0')); // sensors, charge current, voltage, discharge current
    put8(info, bits({Protection::CellOvervoltage, Protection::CellUndervoltage, Protection::PackOvervoltage,
                     Protection::PackUndervoltage, Protection::ChargeOvercurrent,
                     Protection::DischargeOvercurrent}));
    put8(info, bits({Protection::ChargeOvertemperature, Protection::DischargeOvertemperature,
                     Protection::ChargeUndertemperature, Protection::DischargeUndertemperature}));
    put8(info, (pack.chargeFet() ? 0x02 : 0) | (pack.dischargeFet() ? 0x04 : 0) |
                   (pack.current() < 0 ? 0x08 : 0x20));
    put8(info, 0);
    put8(info, 0);
    put8(info, balancing(0));
    put8(info, balancing(8));
    put16(info, 0);
    return info;
}

/// 00 off, 01 on, as in the published session. Not both off.
ydt1363::SimulatedStation::Answer PaceSimulator::switchFet(const Command &command)
{
    Pack &pack = *m_packs.front();
    const bool charge = command.code == 0x9A;
    if (command.info.size() != 1 || command.info[0] > 1)
        return refusal(0x06);
    const bool off = command.info[0] == 0;
    if (off && !(charge ? pack.dischargeFet() : pack.chargeFet()))
        return refusal(0x09);
    if (!ignores.contains(command.code))
        charge ? pack.lockCharge(off) : pack.lockDischarge(off);
    if (refusesButDoes.contains(command.code))
        return refusal(0x09);
    Answer answer;
    put8(answer.info, off ? (charge ? 0x02 : 0x04) : 0);
    return answer;
}

ydt1363::SimulatedStation::Answer PaceSimulator::settings(const Command &command)
{
    Answer answer;
    if (m_settings.contains(command.code)) {
        if (!withoutLead.contains(command.code))
            put8(answer.info, 1);
        answer.info.append(m_settings[command.code]);
        if (command.code == 0xE3)
            answer.info.append("\x12\x34\x56"); // garbage, as real boards send
        return answer;
    }
    const auto read = readOfWrite.constFind(command.code);
    if (read == readOfWrite.constEnd())
        return refusal(0x04);
    QByteArray &values = m_settings[*read];
    if (command.info.size() != values.size())
        return refusal(0x06);
    if (ignores.contains(command.code))
        return answer;
    values = command.info;
    if (*read == 0xDB) { // takes positive currents, tells negative ones
        for (int i = 0; i < 2; ++i) {
            const int current =
                static_cast<quint8>(values[2 * i]) << 8 | static_cast<quint8>(values[2 * i + 1]);
            QByteArray negative;
            put16(negative, -current);
            values.replace(2 * i, 2, negative);
        }
    }
    return answer;
}

} // namespace sb::pace
