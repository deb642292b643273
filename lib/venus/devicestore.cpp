// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/devicestore.h"

#include "bms/wholefile.h"
#include "venus/bus.h"
#include "venus/identitystore.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QFile>
#include <QJsonDocument>
#include <QLoggingCategory>
#include <cmath>

namespace sb {
namespace {

Q_LOGGING_CATEGORY(logStore, "serialbattery.venus", QtInfoMsg)

constexpr qint64 largestFile = 1 << 16;
constexpr qint64 latestSecond = std::numeric_limits<int>::max(); // what a setting can hold

Count second(const QJsonValue &value)
{
    const double number = value.toDouble(-1);
    return number >= 0 && number <= latestSecond ? Count(static_cast<qint64>(number)) : std::nullopt;
}

/// Nothing for a percentage that nobody can have counted.
std::optional<int> wholePercent(const Number &soc)
{
    return soc && std::abs(*soc) <= 1000 ? std::optional<int>(static_cast<int>(std::floor(*soc)))
                                         : std::nullopt;
}

} // namespace

QJsonObject ChargeMemory::toJson() const
{
    QJsonObject json;
    if (allowMaxVoltage)
        json.insert(QStringLiteral("allowMaxVoltage"), *allowMaxVoltage);
    if (maxVoltageStart)
        json.insert(QStringLiteral("maxVoltageStart"), *maxVoltageStart);
    if (countedSoc && std::isfinite(*countedSoc))
        json.insert(QStringLiteral("countedSoc"), *countedSoc);
    if (lastReset)
        json.insert(QStringLiteral("lastReset"), *lastReset);
    if (!history.isEmpty())
        json.insert(QStringLiteral("history"), history);
    return json;
}

ChargeMemory ChargeMemory::fromJson(const QJsonObject &json)
{
    ChargeMemory charge;
    const QJsonValue allow = json.value(QLatin1String("allowMaxVoltage"));
    if (allow.isBool())
        charge.allowMaxVoltage = allow.toBool();
    charge.maxVoltageStart = second(json.value(QLatin1String("maxVoltageStart")));
    const double soc = json.value(QLatin1String("countedSoc")).toDouble(-1);
    if (soc >= 0 && soc <= 100)
        charge.countedSoc = soc;
    charge.lastReset = second(json.value(QLatin1String("lastReset")));
    charge.history = json.value(QLatin1String("history")).toObject();
    return charge;
}

QString ChargeMemory::historyText() const
{
    return history.isEmpty() ? QString()
                             : QString::fromUtf8(QJsonDocument(history).toJson(QJsonDocument::Compact));
}

void ChargeMemory::setHistoryText(const QString &text)
{
    history = text.size() <= largestFile ? QJsonDocument::fromJson(text.toUtf8()).object() : QJsonObject();
}

void VolatileMemory::save(const ChargeMemory &charge, qint64 wallSecond)
{
    if (m_file.isEmpty())
        return;
    QJsonObject json = charge.toJson();
    json.insert(QStringLiteral("time"), wallSecond);
    QString error;
    const bool ok = writeWholeFile(m_file, QJsonDocument(json).toJson(QJsonDocument::Compact), &error);
    if (!ok && !m_warned)
        qCWarning(logStore, "%s: can't be written (%s); after a crash up to 15 minutes of counting are lost",
                  qUtf8Printable(m_file), qUtf8Printable(error));
    m_warned = !ok;
}

std::optional<VolatileMemory::Content> VolatileMemory::load() const
{
    QFile input(m_file);
    if (m_file.isEmpty() || !input.open(QIODevice::ReadOnly))
        return std::nullopt;
    const QJsonDocument document = QJsonDocument::fromJson(input.read(largestFile));
    const Count time = second(document.object().value(QLatin1String("time")));
    if (!time)
        return std::nullopt;
    return Content{*time, ChargeMemory::fromJson(document.object())};
}

QString VolatileMemory::folder(const QString &bus)
{
    if (resolvedBus(bus) == QLatin1String("system"))
        return QStringLiteral("/run/serialbattery");
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    return runtime.isEmpty() ? QString() : runtime + QStringLiteral("/serialbattery");
}

QString VolatileMemory::fileName(const QString &folder, const QString &uniqueId, const QString &bus)
{
    if (folder.isEmpty())
        return {};
    QString name = folder + QLatin1Char('/') + cleanIdentifier(uniqueId).toUpper().left(200);
    const QString address = busAddress(bus);
    // As with the lock: the same battery on another bus is another one, for tests and demos.
    if (address != QLatin1String("system"))
        name += QLatin1Char('_') +
                QString::fromLatin1(
                    QCryptographicHash::hash(address.toUtf8(), QCryptographicHash::Sha256).toHex().first(12));
    return name + QStringLiteral(".json");
}

StoreRhythm::StoreRhythm(int intervalMs)
{
    m_timer.setTimerType(Qt::VeryCoarseTimer);
    connect(&m_timer, &QTimer::timeout, this, &StoreRhythm::due);
    m_timer.start(intervalMs);
}

DeviceStore::DeviceStore(StoreRhythm &rhythm, VolatileMemory memory)
    : m_rhythm(rhythm)
    , m_memory(std::move(memory))
{
    connect(&rhythm, &StoreRhythm::due, this, &DeviceStore::flush);
}

DeviceStore::~DeviceStore() = default;

qint64 DeviceStore::wallSecond() { return QDateTime::currentSecsSinceEpoch(); }

void DeviceStore::offer(const ChargeMemory &charge)
{
    const ChargeMemory before = std::exchange(m_stored.charge, charge);
    if (charge == before)
        return;
    m_memory.save(charge, wallSecond());
    const bool rare = charge.allowMaxVoltage != m_written.allowMaxVoltage ||
                      charge.maxVoltageStart != m_written.maxVoltageStart ||
                      charge.lastReset != m_written.lastReset;
    if (m_open && (rare || wholePercent(charge.countedSoc) != wholePercent(m_written.countedSoc)))
        m_rhythm.writeNow();
}

void DeviceStore::flush()
{
    if (!m_open)
        return;
    m_written = m_stored.charge;
    write();
}

void DeviceStore::setOpened(StoredBattery stored, std::optional<qint64> keptAt)
{
    m_stored = std::move(stored);
    m_written = m_stored.charge;
    const auto newer = m_memory.load();
    if (newer && (!keptAt || newer->wallSecond >= *keptAt))
        m_stored.charge = newer->charge;
    m_open = true;
    emit opened();
}

void DeviceStore::showInstance(int instance)
{
    if (std::exchange(m_stored.instance, instance) != instance)
        emit instanceChanged(instance);
}

void DeviceStore::showCustomName(const QString &name)
{
    if (std::exchange(m_stored.customName, name) != name)
        emit customNameChanged(name);
}

} // namespace sb
