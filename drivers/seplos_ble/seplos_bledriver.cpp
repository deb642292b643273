// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/seplos_ble/seplos_bledriver.h"

namespace sb::seplos_ble {
namespace {

constexpr char frameStart = 0x7E; ///< of V2; no unit of V3 has this number

bool isV2(const Request &request) { return request.bytes.startsWith(frameStart); }

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("seplos_ble");
    info.names = {QStringLiteral("Seplos V3 (Bluetooth)"), QStringLiteral("Seplos V2 (Bluetooth)")};
    info.bmsTypes = {QStringLiteral("aiobmsble_seplos_bms"), QStringLiteral("aiobmsble_seplos_v2_bms")};
    info.typeName = QStringLiteral("Seplos");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {
        {.service = bluetoothUuid(0xFFF0), .notify = {bluetoothUuid(0xFFF1)}, .write = bluetoothUuid(0xFFF2)},
        {.service = bluetoothUuid(0xFF00),
         .notify = {bluetoothUuid(0xFF01)},
         .write = bluetoothUuid(0xFF02)}};
    for (const char *name : {"SP??B*", "SP1??B*", "XZHX*", "CSY*"})
        info.bluetooth.advertisements.push_back({.name = name, .service = "fff0", .variant = "v3"});
    for (const char *name : {"BP0?", "BP1?", "BP2?"})
        info.bluetooth.advertisements.push_back({.name = name, .service = "ff00", .variant = "v2"});
    info.pollIntervalMs = 2000;
    info.detectionRank = 25;
    info.verified =
        QT_TRANSLATE_NOOP("Evidence", "Readings: recorded frames of a bank of two V3 packs and of V2 packs.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "What the alarms mean (documents of RS485), the maker's registers of V3, packs without a "
                    "bank. Whether a V3 bank tells its balancer or its limiter is disputed.");
    info.reads = {Field::productName,
                  Field::manufacturer,
                  Field::uniqueId,
                  Field::serialNumber,
                  Field::hardwareVersion,
                  Field::firmwareVersion,
                  Field::voltage,
                  Field::current,
                  Field::power,
                  Field::soc,
                  Field::soh,
                  Field::capacityAh,
                  Field::remainingAh,
                  Field::cycles,
                  Field::cellCount,
                  Field::cellVoltages,
                  Field::cellBalancing,
                  Field::temperatures,
                  Field::mosfetTemperature,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::chargeAllowed,
                  Field::dischargeAllowed,
                  Field::balancing,
                  Field::heating,
                  Field::maxChargeCurrent,
                  Field::maxDischargeCurrent,
                  Field::problemCode,
                  Field::alarms};
    return info;
}

} // namespace

const DriverInfo &driverInfo()
{
    static const DriverInfo info = describe();
    return info;
}

SeplosBleDriver::SeplosBleDriver(const DriverConfig &config)
    : Driver(config)
    , m_v3(config)
    , m_v2(config)
{
    const auto option = [&](const char *name) {
        return config.options.value(QLatin1String(name)).toString();
    };
    const QString variant = option("variant");
    const QString name = option("localName");
    const auto isNamed = [&](std::initializer_list<const char *> beginnings) {
        return variant.isEmpty() && std::any_of(beginnings.begin(), beginnings.end(), [&](const char *each) {
                   return name.startsWith(QLatin1String(each));
               });
    };
    if (variant == QLatin1String("v2") || option("bmsType").contains(QLatin1String("v2")) ||
        isNamed({"BP0", "BP1", "BP2"}))
        m_variant = Variant::V2;
    else if (variant == QLatin1String("v3") || isNamed({"SP", "XZHX", "CSY"}))
        m_variant = Variant::V3;
}

void SeplosBleDriver::requests(Phase phase, std::vector<Request> &to)
{
    if (m_variant == Variant::V3) {
        m_v3.requests(phase, to);
        return;
    }
    if (m_variant == Variant::V2) {
        m_v2.requests(phase, to);
        return;
    }
    // One question that either answers, then what else each can be asked.
    std::vector<Request> v3;
    std::vector<Request> v2;
    m_v3.requests(phase, v3);
    m_v2.requests(phase, v2);
    std::vector<Request> rest;
    for (Request &request : v3) {
        const bool first = request.orNext || (!to.empty() && to.back().orNext && rest.empty());
        (first ? to : rest).push_back(std::move(request));
    }
    to.back().orNext = true;
    to.push_back(std::move(v2.front()));
    for (Request &request : to)
        request.tries = std::min(request.tries, 2);
    rest.insert(rest.end(), std::make_move_iterator(v2.begin() + 1), std::make_move_iterator(v2.end()));
    for (Request &request : rest) {
        request.optional = true;
        request.tries = 1;
        to.push_back(std::move(request));
    }
}

void SeplosBleDriver::begin(const Request &request)
{
    m_asked = isV2(request) ? static_cast<Driver *>(&m_v2) : &m_v3;
    m_asked->begin(request);
}

Reply SeplosBleDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    const Reply reply = m_asked->receive(bytes, pending, update);
    note(reply, pending);
    return reply;
}

Reply SeplosBleDriver::lineSilent(const Request *pending, Update &update)
{
    const Reply reply = m_asked->lineSilent(pending, update);
    note(reply, pending);
    return reply;
}

void SeplosBleDriver::note(const Reply &reply, const Request *pending)
{
    if (pending && reply.state == ReplyState::Complete && m_variant == Variant::Unknown)
        m_variant = isV2(*pending) ? Variant::V2 : Variant::V3;
}

int SeplosBleDriver::missingBytes() const { return m_asked->missingBytes(); }

Recognition SeplosBleDriver::recognise(const BatteryState &read) const
{
    switch (m_variant) {
    case Variant::V2:
        return m_v2.recognise(read);
    case Variant::V3:
        return m_v3.recognise(read);
    default:
        return Recognition::No;
    }
}

LinkCounters SeplosBleDriver::counters() const
{
    LinkCounters sum = m_v3.counters();
    const LinkCounters other = m_v2.counters();
    for (quint64 LinkCounters::*each :
         {&LinkCounters::frames, &LinkCounters::badChecksums, &LinkCounters::noiseBytes,
          &LinkCounters::foreignFrames, &LinkCounters::echoes, &LinkCounters::malformed})
        sum.*each += other.*each;
    return sum;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<SeplosBleDriver>(config);
            }};
}

} // namespace sb::seplos_ble
