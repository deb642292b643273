// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/alldrivers.h"
#include "drivers/allsimulators.h"
#include "registerfuzz.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/radiotalk.h"
#include "tests/drivers/binary/seal.h"

#include <cstdlib>

namespace {

using namespace sb;

/// The family of this process, and what its simulated board says to each of its questions: the fuzzer changes
/// these replies and closes them with a right checksum.
class Family
{
public:
    Family()
    {
        addAllDrivers(m_drivers);
        const char *name = std::getenv("SB_FUZZ_BMS");
        driver = name ? m_drivers.find(QString::fromLatin1(name)) : nullptr;
        if (!driver) {
            std::fprintf(stderr, "fuzz_family: SB_FUZZ_BMS must name a BMS\n");
            std::abort();
        }
        for (const SimulatorDescriptor &simulator : allSimulators()) {
            if (simulator.driverId == driver->info.id)
                converse(simulator);
        }
        m_seal = talk::sealOf(m_all);
    }

    [[nodiscard]] QByteArray reply(const Request &request, FuzzInput &input) const
    {
        QByteArray bytes = m_replies.value(key(request));
        if (bytes.isEmpty() && !m_all.isEmpty())
            bytes = m_all.at(input.byte() % m_all.size());
        for (int changes = input.byte() % 8; changes > 0 && !bytes.isEmpty(); --changes) {
            const auto at = static_cast<qsizetype>(input.byte() * 256U + input.byte()) % bytes.size();
            bytes[at] = static_cast<char>(input.byte());
        }
        return m_seal && bytes.size() > m_seal->from + m_seal->tail + m_seal->size() ? m_seal->close(bytes)
                                                                                     : bytes;
    }

    const DriverDescriptor *driver = nullptr;

private:
    static QByteArray key(const Request &request)
    {
        return request.bytes + bluetoothUuidText(request.characteristic).toLatin1();
    }

    void converse(const SimulatorDescriptor &simulator)
    {
        PackConfig config;
        config.cells = simulator.typicalCells;
        Pack pack(config, Profile::constant(-5));
        pack.advance(5);
        const auto board = simulator.create(pack, -1);
        const auto voice = driver->create({TransportKind::Bluetooth, std::nullopt, options()});
        for (const Phase phase : {Phase::Identify, Phase::Poll}) {
            std::vector<Request> requests;
            voice->requests(phase, requests);
            for (const Request &request : requests) {
                const QByteArrayList replies =
                    talk::radioAnswer(*board, request, driver->info.bluetooth.profiles.front());
                Update update;
                (void)talk::hearChunks(*voice, request, replies, update);
                m_replies[key(request)] = replies.join();
                for (const QByteArray &each : replies)
                    m_all.append(each);
            }
        }
    }

public:
    [[nodiscard]] QVariantMap options() const
    {
        return {{QStringLiteral("localName"), QStringLiteral("SmartBat-B15051")}};
    }

private:
    DriverRegistry m_drivers;
    QMap<QByteArray, QByteArray> m_replies;
    QByteArrayList m_all;
    std::optional<talk::Seal> m_seal;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    static const Family family;
    const DriverConfig config{TransportKind::Bluetooth, std::nullopt, family.options()};
    RegisterFuzz(
        *family.driver, config, FuzzInput(Bytes(data, size)),
        [](const Request &request, FuzzInput &input) { return family.reply(request, input); },
        RegisterFuzz::Answers::InSeveral)
        .run();
    return 0;
}
