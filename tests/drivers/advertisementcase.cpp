// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "advertisementcase.h"

#include <QJsonArray>

namespace sb {
namespace {

/// Modules of the library that the cases come from whose names are not those of the families.
constexpr std::array otherNames{
    std::pair{"jikong", "jk"},        std::pair{"redodo", "litime"},     std::pair{"ant_leg", "ant"},
    std::pair{"seplos_v2", "seplos"}, std::pair{"renogy_pro", "renogy"},
};

/// The family that the case expects; empty: none.
QString expectedFamily(const QJsonObject &expect)
{
    if (const QString id = expect.value(QLatin1String("id")).toString(); !id.isEmpty())
        return id;
    QString library = expect.value(QLatin1String("library")).toString();
    if (library.isEmpty())
        return {};
    library.remove(QLatin1String("_bms"));
    for (const auto &[name, family] : otherNames) {
        if (library == QLatin1String(name))
            library = QLatin1String(family);
    }
    return library + QLatin1String("-ble");
}

Advertisement advertisementOf(const QJsonObject &object)
{
    Advertisement advertisement;
    advertisement.address = bluetoothAddress(object.value(QLatin1String("address")).toString());
    advertisement.name = object.value(QLatin1String("localName")).toString();
    for (const QJsonValue &service : object.value(QLatin1String("serviceUuids")).toArray())
        advertisement.services.append(bluetoothUuid(service.toString()));
    const QJsonObject makers = object.value(QLatin1String("manufacturerData")).toObject();
    for (auto it = makers.begin(); it != makers.end(); ++it)
        advertisement.makerData.insert(static_cast<quint16>(it.key().toUInt(nullptr, 0)),
                                       QByteArray::fromHex(it.value().toString().toLatin1()));
    return advertisement;
}

} // namespace

VectorVerdict checkAdvertisement(const DriverRegistry &registry, const QJsonObject &vector)
{
    const QJsonObject expect = vector.value(QLatin1String("expect")).toObject();
    const QString family = expectedFamily(expect);
    const DriverDescriptor *wanted = family.isEmpty() ? nullptr : registry.find(family);
    QStringList got;
    bool right = false;
    const std::vector<AdvertisedDriver> found =
        registry.advertised(advertisementOf(vector.value(QLatin1String("advertisement")).toObject()));
    for (const AdvertisedDriver &each : found) {
        const QString variant = QLatin1String(each.rule->variant);
        got.append(variant.isEmpty() ? each.driver->info.id
                                     : each.driver->info.id + QLatin1Char(' ') + variant);
        const QString wantedVariant = expect.value(QLatin1String("variant")).toString();
        right = right || (each.driver == wanted && (wantedVariant.isEmpty() || wantedVariant == variant));
    }
    VectorVerdict verdict;
    if (family.isEmpty() ? !found.empty() : (found.size() != 1 || !right))
        verdict.faults.append(
            QStringLiteral("match: expected %1, got %2")
                .arg(family.isEmpty() ? QStringLiteral("nobody") : family,
                     got.isEmpty() ? QStringLiteral("nobody") : got.join(QLatin1String(", "))));
    return verdict;
}

} // namespace sb
