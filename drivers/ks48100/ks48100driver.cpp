// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ks48100/ks48100driver.h"

#include "drivers/daren_485/daren_485driver.h"
#include "drivers/daren_485/daren_485protocol.h"

namespace sb::ks48100 {
namespace {

using namespace daren_485;
using ydt1363::Asked;
using ydt1363::Form;
using ydt1363::Info;

constexpr quint8 version = 0x22;
constexpr quint8 device = 0x42;
constexpr quint8 extendedDevice = 0x4A;
constexpr quint8 usualAddress = 1;
constexpr int timeoutMs = 1000;
constexpr int realtimeMs = 3500; ///< until the whole reply is there
constexpr int identityMs = 1500;
constexpr int pollMs = 5000;
constexpr int limitsMs = 10 * pollMs;
constexpr int capacitiesMs = 30 * pollMs;
constexpr int balancingMs = 10000;

// Operation, module, function, length of what follows.
constexpr std::array<quint8, 4> askIdentity{0x01, Identity, 0xFF, 0x56};
constexpr std::array<quint8, 4> askCapacities{0x01, Capacities, 0xFF, 0x00};
constexpr std::array extendedForm{Form{Info::OwnThenFixed, 0, extendedDevice}};

constexpr std::array commands{
    ydt1363::Command{Extended, extendedForm, Asked::AtStart, true, 0, identityMs, askIdentity, Identity},
    ydt1363::Command{Limits, ydt1363::ownAddress, Asked::Always, true, limitsMs},
    ydt1363::Command{Realtime, ydt1363::noInfo, Asked::Always, false, 0, realtimeMs},
    ydt1363::Command{Maker, ydt1363::noInfo, Asked::AtStart, true},
    ydt1363::Command{Extended, extendedForm, Asked::Always, true, capacitiesMs, 0, askCapacities, Capacities},
};

DriverInfo describe()
{
    DriverInfo info = describeFamily();
    info.id = QStringLiteral("ks48100");
    info.names = {QStringLiteral("KS48100"), QStringLiteral("SNS01"),   QStringLiteral("PAPool"),
                  QStringLiteral("Bemory"),  QStringLiteral("CERRNSS"), QStringLiteral("VoltPolska")};
    info.bmsTypes = {QStringLiteral("KS48100")};
    info.typeName = QStringLiteral("KS48100");
    info.serial.baudRates = {9600};
    info.serial.quietMs = 400; // boards pause inside a reply
    info.serial.firstByteMs = 500;
    info.pollIntervalMs = pollMs;
    info.detectionRank = 40; // others need not wait for its slowness
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "Everything: an existing driver and frames built from captures of its Daren relatives; "
                    "no capture exists, nor is it known whether replies begin with > or ~.");
    return info;
}

const DriverInfo &familyInfo()
{
    static const DriverInfo info = describe();
    return info;
}

constexpr Family family{familyInfo,
                        {{'>', version, device}, ">~", usualAddress, timeoutMs, ydt1363::wrongForm},
                        commands,
                        15,
                        balancingMs / pollMs};

} // namespace

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<DarenDriver>(config, family);
            }};
}

} // namespace sb::ks48100
