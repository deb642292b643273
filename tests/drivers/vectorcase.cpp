// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "vectorcase.h"

#include "bms/plausibility.h"
#include "drivervoice.h"
#include "vectorpeer.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <cmath>
#include <limits>

namespace sb {
namespace {

constexpr double packTolerance = 0.005;
constexpr double cellTolerance = 0.0005;
constexpr double temperatureTolerance = 0.05;
constexpr double powerTolerance = 0.0005; ///< a product, written with three decimals
constexpr double exact = 1e-6;
constexpr qint64 hourMs = 3600000; ///< between readings: far enough apart that any step is plausible
constexpr int maxRounds = 50;

TransportKind transportOf(const QJsonObject &vector)
{
    const QString name = vector.value(QLatin1String("transport")).toString();
    if (name == QLatin1String("ble"))
        return TransportKind::Bluetooth;
    if (name == QLatin1String("can"))
        return TransportKind::Can;
    return name == QLatin1String("mqtt") ? TransportKind::Mqtt : TransportKind::Serial;
}

DriverConfig configOf(const QJsonObject &vector)
{
    DriverConfig config;
    config.transport = transportOf(vector);
    config.options = vector.value(QLatin1String("config")).toObject().toVariantMap();
    // What a user would give as --bms may say more than the driver's id.
    if (const QString type = QStringLiteral("bmsType"); !config.options.contains(type))
        config.options.insert(type, vector.value(QLatin1String("bms")).toString());
    if (config.options.contains(QStringLiteral("address")))
        config.address = config.options.take(QStringLiteral("address")).toInt();
    // Some devices are told apart, or scramble what they say, by their name.
    const QJsonObject ble = vector.value(QLatin1String("ble")).toObject();
    if (const QString name = ble.value(QLatin1String("localName")).toString(); !name.isEmpty())
        config.options.insert(QStringLiteral("localName"), name);
    return config;
}

/// A session in miniature: what it believes after all that the case has to say.
class Reading
{
public:
    Reading(const DriverDescriptor &descriptor, const DriverConfig &config, const QJsonArray &exchanges)
        : m_driver(descriptor.create(config))
        , m_peer(config.transport, exchanges)
    {
        round(Phase::Identify);
        for (int i = 0; i < maxRounds; ++i) {
            const int before = m_peer.asked();
            round(Phase::Poll);
            if (m_peer.asked() == before)
                break;
        }
        // One by one: a case shows the dialogue for few of them.
        for (const ParameterInfo &info : m_driver->parameters()) {
            if (m_peer.hasUnasked())
                run(m_driver->readParameters({info.id}));
        }
    }

    [[nodiscard]] const BatteryState &values() const { return m_state.values(); }
    /// Something that the device said was not taken.
    [[nodiscard]] bool hasRejected() const
    {
        const LinkCounters counters = m_driver->counters();
        return m_peer.hasFailed() || counters.badChecksums + counters.malformed > 0 ||
               m_plausibility.dropped() > 0;
    }

private:
    void round(Phase phase)
    {
        std::vector<Request> requests;
        m_driver->requests(phase, requests);
        Update update;
        const auto listens = [](const Request &request) {
            return request.bytes.isEmpty() && request.frames.empty();
        };
        if (std::none_of(requests.begin(), requests.end(), listens)) {
            m_peer.speakFirst(*m_driver, update);
            absorb(update);
        }
        for (size_t at = 0; at < requests.size();) {
            const StepResult end = m_peer.ask(*m_driver, requests[at], update);
            const bool answered = end.end == StepResult::End::Complete;
            if (answered)
                absorb(update);
            at = requestAfter(requests, at, answered);
        }
    }

    void run(const std::unique_ptr<Procedure> &procedure)
    {
        if (!procedure)
            return;
        StepResult last;
        Update update;
        while (const std::optional<Request> request = procedure->next(last)) {
            update.clear();
            last = m_peer.ask(*m_driver, *request, update);
            if (last.end == StepResult::End::Complete)
                absorb(update);
        }
    }

    void absorb(Update &update)
    {
        m_now += hourMs;
        BatteryState values = update.values;
        m_plausibility.check(values, m_state, m_now);
        m_state.merge(values, m_now);
    }

    std::unique_ptr<Driver> m_driver;
    VectorPeer m_peer;
    TimedState m_state;
    Plausibility m_plausibility;
    qint64 m_now = 0;
};

QString show(const QJsonValue &value)
{
    if (value.isNull() || value.isUndefined())
        return QStringLiteral("nothing");
    const QByteArray text = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return QString::fromUtf8(text.mid(1, text.size() - 2));
}

bool same(const QJsonValue &expected, const QJsonValue &got, double tolerance)
{
    // The collection has empty texts and lists where nothing is known.
    const bool nothing = expected.isNull() || (expected.isArray() && expected.toArray().isEmpty()) ||
                         (expected.isString() && expected.toString().isEmpty());
    if (nothing || got.isNull() || got.isUndefined())
        return nothing && (got.isNull() || got.isUndefined() || got == expected);
    if (expected.isDouble() && got.isDouble())
        return std::abs(expected.toDouble() - got.toDouble()) <= tolerance * (1 + 1e-9);
    if (expected.isArray() && got.isArray()) {
        const QJsonArray a = expected.toArray();
        const QJsonArray b = got.toArray();
        bool equal = a.size() == b.size();
        for (qsizetype i = 0; equal && i < a.size(); ++i)
            equal = same(a[i], b[i], tolerance);
        return equal;
    }
    return expected == got;
}

QJsonValue number(const std::optional<double> &value) { return value ? QJsonValue(*value) : QJsonValue(); }
QJsonValue count(const Count &value) { return value ? QJsonValue(*value) : QJsonValue(); }
QJsonValue flag(const Flag &value) { return value ? QJsonValue(*value) : QJsonValue(); }
QJsonValue text(const Text &value) { return value ? QJsonValue(*value) : QJsonValue(); }

QJsonValue numbers(const Numbers &values)
{
    if (values.empty())
        return {};
    QJsonArray array;
    for (const std::optional<double> &value : values)
        array.append(number(value));
    return array;
}

QJsonValue balancing(const BatteryState &state, bool perCell)
{
    if (!perCell)
        return flag(state.balancing);
    if (state.cellBalancing.empty())
        return {};
    QJsonArray array;
    for (const bool on : state.cellBalancing)
        array.append(on);
    return array;
}

QJsonValue alarms(const AlarmSet &set)
{
    if (set.isEmpty())
        return {};
    QJsonObject object;
    for (int i = 0; i < alarmCount; ++i) {
        const auto name = static_cast<AlarmName>(i);
        if (const auto level = set.level(name); level && *level != AlarmLevel::Ok)
            object.insert(alarmText(name), static_cast<int>(*level));
    }
    return object;
}

QJsonValue balancingMask(const BatteryState &state)
{
    if (state.cellBalancing.empty())
        return {};
    quint64 mask = 0;
    for (size_t i = 0; i < state.cellBalancing.size(); ++i)
        mask |= static_cast<quint64>(state.cellBalancing[i]) << i;
    return static_cast<double>(mask);
}

QJsonValue problem(const BatteryState &state)
{
    const bool alarm = !alarms(state.alarms).toObject().isEmpty();
    return alarm || state.problemCode.value_or(0) != 0;
}

/// One field that is compared: its name in the files, its value as it would stand there, and its tolerance.
struct Comparable
{
    const char *key;
    QJsonValue (*value)(const BatteryState &state);
    double tolerance = exact;
};

const Comparable comparables[] = {
    {"voltage", [](const BatteryState &s) { return number(s.voltage); }, packTolerance},
    {"current", [](const BatteryState &s) { return number(s.current); }, packTolerance},
    {"power", [](const BatteryState &s) { return number(s.power); }, powerTolerance},
    {"soc", [](const BatteryState &s) { return number(s.soc); }},
    {"soh", [](const BatteryState &s) { return number(s.soh); }},
    {"capacityAh", [](const BatteryState &s) { return number(s.capacityAh); }},
    {"remainingAh", [](const BatteryState &s) { return number(s.remainingAh); }},
    {"cycles", [](const BatteryState &s) { return count(s.cycles); }},
    {"cellCount", [](const BatteryState &s) { return count(s.cellCount); }},
    {"cellVoltages", [](const BatteryState &s) { return numbers(s.cellVoltages); }, cellTolerance},
    {"temperatures", [](const BatteryState &s) { return numbers(s.temperatures); }, temperatureTolerance},
    {"mosfetTemperature", [](const BatteryState &s) { return number(s.mosfetTemperature); },
     temperatureTolerance},
    {"chargeAllowed", [](const BatteryState &s) { return flag(s.chargeAllowed); }},
    {"dischargeAllowed", [](const BatteryState &s) { return flag(s.dischargeAllowed); }},
    {"balanceCurrent", [](const BatteryState &s) { return number(s.balanceCurrent); }},
    {"heater", [](const BatteryState &s) { return flag(s.heating); }},
    {"maxChargeCurrent", [](const BatteryState &s) { return number(s.maxChargeCurrent); }},
    {"maxDischargeCurrent", [](const BatteryState &s) { return number(s.maxDischargeCurrent); }},
    {"maxVoltage", [](const BatteryState &s) { return number(s.maxVoltage); }, packTolerance},
    {"minVoltage", [](const BatteryState &s) { return number(s.minVoltage); }, packTolerance},
    {"alarms", [](const BatteryState &s) { return alarms(s.alarms); }},
    {"problemCode", [](const BatteryState &s) { return count(s.problemCode); }},
    {"problem", problem},
    {"balancingMask", balancingMask},
    {"manufacturer", [](const BatteryState &s) { return text(s.manufacturer); }},
    {"deviceName", [](const BatteryState &s) { return text(s.deviceName ? s.deviceName : s.productName); }},
    {"softwareVersion", [](const BatteryState &s) { return text(s.firmwareVersion); }},
    {"model", [](const BatteryState &s) { return text(s.productName ? s.productName : s.hardwareVersion); }},
    {"serialNumber", [](const BatteryState &s) { return text(s.serialNumber); }},
    {"hardwareVersion", [](const BatteryState &s) { return text(s.hardwareVersion); }},
    {"firmwareVersion", [](const BatteryState &s) { return text(s.firmwareVersion); }},
    {"productionDate",
     [](const BatteryState &s) {
         return s.productionDate ? QJsonValue(s.productionDate->toString(Qt::ISODate)) : QJsonValue();
     }},
};

/// Some cases hold what a library made of the reading, where ours says the same in other words.
QJsonValue meant(const QString &key, const QJsonValue &expected, const BatteryState &state)
{
    // Words wider than 64 bits: the largest number stands for all of them.
    constexpr auto largest = static_cast<double>(std::numeric_limits<qint64>::max());
    if (key == QLatin1String("problemCode") && expected.toDouble() >= largest)
        return largest;
    // No cells at all: unknown, never 0.
    if (key == QLatin1String("cellCount") && expected.isDouble() && expected.toInt() == 0)
        return {};
    // The amount of a power that voltage and current say is drawn.
    if (key == QLatin1String("power") && state.power && *state.power < 0 &&
        std::abs(expected.toDouble() + *state.power) < 1)
        return *state.power;
    // The highest and the lowest cell of a BMS that tells no others.
    if (key == QLatin1String("cellVoltages") && state.cellVoltages.empty() && state.maxCellVoltage &&
        state.minCellVoltage &&
        same(expected, QJsonArray{*state.maxCellVoltage, *state.minCellVoltage}, cellTolerance))
        return {};
    // A serial number cut to its first eight characters.
    constexpr qsizetype cut = 8;
    if (key == QLatin1String("serialNumber") && expected.toString().size() == cut && state.serialNumber &&
        state.serialNumber->startsWith(expected.toString()))
        return *state.serialNumber;
    return expected;
}

void compareField(const QString &key, const QJsonValue &expected, const BatteryState &state,
                  const QJsonObject &tolerances, const QString &prefix, VectorVerdict &verdict)
{
    QJsonValue got;
    double tolerance = exact;
    if (key == QLatin1String("balancing")) {
        got = balancing(state, expected.isArray());
    } else {
        const auto at = std::find_if(std::begin(comparables), std::end(comparables),
                                     [&](const Comparable &each) { return key == QLatin1String(each.key); });
        if (at == std::end(comparables)) {
            verdict.notCompared.append(prefix + key);
            return;
        }
        got = at->value(state);
        // A date as boards write it: YYMMDD.
        if (key == QLatin1String("productionDate") && expected.toString().size() == 6)
            got = got.toString().mid(2).remove(QLatin1Char('-'));
        tolerance = at->tolerance;
    }
    tolerance = tolerances.value(key).toDouble(tolerance);
    if (!same(meant(key, expected, state), got, tolerance))
        verdict.faults.append(
            QStringLiteral("%1%2: expected %3, got %4").arg(prefix, key, show(expected), show(got)));
}

QString knownNames(const BatteryState &state)
{
    QStringList names;
    const FieldSet known = knownFields(state);
    for (int i = 0; i < fieldCount; ++i) {
        if (known.test(static_cast<size_t>(i)))
            names.append(fieldInfo(static_cast<Field>(i)).key);
    }
    return names.join(QStringLiteral(", "));
}

} // namespace

VectorVerdict checkVector(const DriverDescriptor &descriptor, const QJsonObject &vector)
{
    VectorVerdict verdict;
    const DriverConfig config = configOf(vector);
    const QJsonArray exchanges = vector.value(QLatin1String("exchanges")).toArray();
    QJsonObject expect = vector.value(QLatin1String("expect")).toObject();
    const QJsonObject tolerances = vector.value(QLatin1String("tolerance")).toObject();
    // What the library made of it by rules of its own, and a second version that we do not show.
    if (vector.value(QLatin1String("derived")).toArray().contains(QLatin1String("problem"))) {
        expect.remove(QLatin1String("problem"));
        verdict.notCompared.append(QStringLiteral("problem"));
    }
    if (expect.contains(QLatin1String("firmwareVersion")) &&
        expect.contains(QLatin1String("softwareVersion"))) {
        expect.remove(QLatin1String("softwareVersion"));
        verdict.notCompared.append(QStringLiteral("softwareVersion"));
    }

    if (expect.contains(QLatin1String("writes")) || expect.contains(QLatin1String("requests"))) {
        expect.remove(QLatin1String("writes"));
        expect.remove(QLatin1String("requests"));
        const QSet<QString> voice = driverVoice(descriptor, config);
        for (const QJsonValue &exchange : exchanges) {
            const QString tx = exchange.toObject().value(QLatin1String("tx")).toString().toLower();
            if (!tx.isEmpty() && !voice.contains(tx))
                verdict.faults.append(QStringLiteral("tx: expected %1, got nothing like it").arg(tx));
        }
        if (expect.isEmpty())
            return verdict;
    }

    const Reading reading(descriptor, config, exchanges);
    if (expect.value(QLatin1String("error")).toBool()) {
        const QString names = knownNames(reading.values());
        if (!names.isEmpty() && !reading.hasRejected())
            verdict.faults.append(QStringLiteral("error: expected nothing decoded, got %1").arg(names));
        return verdict;
    }
    for (auto it = expect.begin(); it != expect.end(); ++it) {
        if (it.key() != QLatin1String("packs")) {
            compareField(it.key(), it.value(), reading.values(), tolerances, {}, verdict);
            continue;
        }
        // Each pack is read by a driver of its own, addresses follow one another.
        const QJsonArray packs = it.value().toArray();
        for (qsizetype i = 0; i < packs.size(); ++i) {
            DriverConfig each = config;
            if (i > 0)
                each.address = config.address.value_or(0) + static_cast<int>(i);
            const Reading pack(descriptor, each, exchanges);
            const QJsonObject wanted = packs[i].toObject();
            for (auto field = wanted.begin(); field != wanted.end(); ++field)
                compareField(field.key(), field.value(), pack.values(), tolerances,
                             QStringLiteral("packs[%1].").arg(i), verdict);
        }
    }
    return verdict;
}

} // namespace sb
