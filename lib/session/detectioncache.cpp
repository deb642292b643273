// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/detectioncache.h"

#include "bms/wholefile.h"

#include <QFile>
#include <QJsonDocument>
#include <QLoggingCategory>

namespace sb {
namespace {

Q_LOGGING_CATEGORY(logCache, "serialbattery.detect", QtInfoMsg)

constexpr int missesUntilForgotten = 3;
constexpr qint64 largestFile = 1 << 20;

} // namespace

DetectionCache::DetectionCache(QString file)
    : m_file(std::move(file))
{
    QFile input(m_file);
    if (m_file.isEmpty() || !input.open(QIODevice::ReadOnly) || input.size() > largestFile)
        return;
    m_ports = QJsonDocument::fromJson(input.readAll()).object();
}

std::optional<DetectionCache::Entry> DetectionCache::find(const QString &port) const
{
    const QJsonObject object = m_ports.value(port).toObject();
    Entry entry{
        object.value(QLatin1String("driver")).toString(), object.value(QLatin1String("baud")).toInt(), {}};
    if (entry.driverId.isEmpty() || entry.baudRate <= 0)
        return std::nullopt;
    if (const QJsonValue address = object.value(QLatin1String("address")); address.isDouble())
        entry.address = address.toInt();
    return entry;
}

void DetectionCache::remember(const QString &port, const Entry &entry)
{
    QJsonObject object{{QStringLiteral("driver"), entry.driverId}, {QStringLiteral("baud"), entry.baudRate}};
    if (entry.address)
        object.insert(QStringLiteral("address"), *entry.address);
    if (m_ports.value(port).toObject() == object)
        return;
    m_ports.insert(port, object);
    save();
}

void DetectionCache::missed(const QString &port)
{
    QJsonObject object = m_ports.value(port).toObject();
    if (object.isEmpty())
        return;
    const int misses = object.value(QLatin1String("missed")).toInt() + 1;
    if (misses >= missesUntilForgotten) {
        m_ports.remove(port);
    } else {
        object.insert(QStringLiteral("missed"), misses);
        m_ports.insert(port, object);
    }
    save();
}

void DetectionCache::save() const
{
    if (m_file.isEmpty())
        return;
    QString error;
    if (!writeWholeFile(m_file, QJsonDocument(m_ports).toJson(), &error))
        qCWarning(logCache, "%s: can't be written (%s); the next start searches again",
                  qUtf8Printable(m_file), qUtf8Printable(error));
}

} // namespace sb
