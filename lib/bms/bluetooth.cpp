// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/bluetooth.h"

#include <algorithm>
#include <cstring>
#include <fnmatch.h>

namespace sb {
namespace {

constexpr uint shortFormMask = 0xFFFF;

/// 0000xxxx-0000-1000-8000-00805F9B34FB
QUuid base(uint first) { return {first, 0x0000, 0x1000, 0x80, 0x00, 0x00, 0x80, 0x5F, 0x9B, 0x34, 0xFB}; }

bool nameMatches(const char *pattern, const QString &name)
{
    const size_t length = std::strlen(pattern);
    const bool open = length > 0 && pattern[length - 1] == '*';
    QByteArray text = name.toUtf8();
    if (!open) {
        while (!text.isEmpty() && static_cast<uchar>(text.back()) <= ' ')
            text.chop(1);
        while (!text.isEmpty() && static_cast<uchar>(text.front()) <= ' ')
            text.remove(0, 1);
    }
    return ::fnmatch(pattern, text.constData(), FNM_NOESCAPE) == 0;
}

} // namespace

QUuid bluetoothUuid(quint16 shortForm) { return base(shortForm); }

QUuid bluetoothUuid(const QString &text)
{
    bool ok = false;
    const uint number = text.toUInt(&ok, 16);
    if (ok && text.size() <= 4)
        return base(number);
    return QUuid::fromString(text);
}

QString bluetoothUuidText(const QUuid &uuid)
{
    if (uuid.data1 <= shortFormMask && uuid == base(uuid.data1))
        return QStringLiteral("%1").arg(uuid.data1, 4, 16, QLatin1Char('0'));
    return uuid.toString(QUuid::WithoutBraces);
}

QString bluetoothAddress(const QString &text)
{
    const QString address = text.trimmed().toUpper().replace(QLatin1Char('-'), QLatin1Char(':'));
    const QStringList parts = address.split(QLatin1Char(':'));
    const bool fits = parts.size() == 6 && std::all_of(parts.begin(), parts.end(), [](const QString &part) {
                          bool ok = false;
                          (void)part.toUInt(&ok, 16);
                          return ok && part.size() == 2;
                      });
    return fits ? address : QString();
}

AdvertisementMatch matches(const AdvertisementRule &rule, const Advertisement &advertisement)
{
    if (rule.name && (advertisement.name.isEmpty() || !nameMatches(rule.name, advertisement.name)))
        return AdvertisementMatch::None;
    if (rule.service && !advertisement.services.contains(bluetoothUuid(QLatin1String(rule.service))))
        return AdvertisementMatch::None;
    if (rule.maker >= 0) {
        const auto data = advertisement.makerData.find(static_cast<quint16>(rule.maker));
        if (data == advertisement.makerData.end() ||
            (rule.makerData && !data->startsWith(QByteArray::fromHex(rule.makerData))))
            return AdvertisementMatch::None;
    }
    if (rule.oui && !advertisement.address.startsWith(QLatin1String(rule.oui), Qt::CaseInsensitive))
        return AdvertisementMatch::None;
    if (rule.maker >= 0)
        return rule.name ? AdvertisementMatch::MakerAndName : AdvertisementMatch::Maker;
    if (rule.name)
        return AdvertisementMatch::Name;
    if (rule.oui)
        return AdvertisementMatch::Address;
    return rule.service ? AdvertisementMatch::Service : AdvertisementMatch::None;
}

const AdvertisementRule *bestRule(const std::vector<AdvertisementRule> &rules,
                                  const Advertisement &advertisement)
{
    const AdvertisementRule *best = nullptr;
    AdvertisementMatch sureness = AdvertisementMatch::None;
    for (const AdvertisementRule &rule : rules) {
        const AdvertisementMatch match = matches(rule, advertisement);
        if (match > sureness) {
            sureness = match;
            best = &rule;
        }
    }
    return best;
}

} // namespace sb
