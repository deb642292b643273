// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QMap>
#include <QString>
#include <QUuid>
#include <optional>
#include <vector>

namespace sb {

/// The full form of a 16-bit Bluetooth UUID.
[[nodiscard]] QUuid bluetoothUuid(quint16 shortForm);
/// "ff00" or the full text; null where it is neither.
[[nodiscard]] QUuid bluetoothUuid(const QString &text);
/// "ff00" where there is a short form, else the full text in small letters.
[[nodiscard]] QString bluetoothUuidText(const QUuid &uuid);
/// "a4-c1-38-00-11-22" as "A4:C1:38:00:11:22"; empty where it is no address.
[[nodiscard]] QString bluetoothAddress(const QString &text);

/// How a BMS lays its line over GATT.
struct GattProfile
{
    /// Where a characteristic can be written both ways.
    enum class Write : quint8 { WithResponse, WithoutResponse };

    QUuid service{};             ///< of the characteristics that notify
    std::vector<QUuid> notify{}; ///< what they say is the incoming stream, in the order of arrival
    QUuid write{};               ///< null: the BMS only speaks
    QUuid writeService{};        ///< null: the same service
    Write mode = Write::WithResponse;
    /// Bytes of one write; longer requests go out in several. 0: each request is one write.
    int writeSize = 0;

    bool operator==(const GattProfile &) const = default;
};

/// What a device says about itself before anybody connects.
struct Advertisement
{
    QString address; ///< "A4:C1:38:00:11:22"
    QString name;    ///< as sent, blanks and control characters included; empty: none
    QList<QUuid> services;
    QMap<quint16, QByteArray> makerData; ///< by company id
    std::optional<int> rssi;             ///< dBm
};

/// Which advertisements propose a BMS: all that is filled in must hold.
struct AdvertisementRule
{
    /// Shell wildcards over the whole name, letter for letter. Without one at its end it is compared with the
    /// name without blanks and control characters around it.
    const char *name = nullptr;
    const char *service = nullptr;   ///< advertised, "ff00" or the full text
    int maker = -1;                  ///< company id
    const char *makerData = nullptr; ///< how its data begin, hexadecimal
    const char *oui = nullptr;       ///< first half of the address, "A4:C1:38"
    const char *variant = nullptr;   ///< becomes the driver's option of that name
};

/// How sure a matching rule is; an address alone says little.
enum class AdvertisementMatch : quint8 { None, Address, Service, Name, Maker, MakerAndName };
[[nodiscard]] AdvertisementMatch matches(const AdvertisementRule &rule, const Advertisement &advertisement);
/// The best of \a rules, null where none matches.
[[nodiscard]] const AdvertisementRule *bestRule(const std::vector<AdvertisementRule> &rules,
                                                const Advertisement &advertisement);

/// What a driver says about itself for Bluetooth.
struct BluetoothSettings
{
    std::vector<GattProfile> profiles; ///< the first one that the device has is used
    std::vector<AdvertisementRule> advertisements;
    /// May ask a device that nothing but its services speaks for: all that it asks at start only reads.
    bool probes = true;
    int settleMs = 0;   ///< after the characteristics notify
    int quietMs = 1000; ///< silence inside a frame after which it never will be complete
    int gapMs = 0;      ///< least pause between a reply and the next request
};

} // namespace sb
