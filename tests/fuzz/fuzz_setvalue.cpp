// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzzing.h"
#include "venus/batteryservice.h"

#include <QCoreApplication>
#include <QDBusArgument>
#include <QDBusObjectPath>
#include <QDBusSignature>
#include <QDBusUnixFileDescriptor>
#include <cmath>
#include <cstring>

using namespace sb;

namespace {

template<typename T>
T number(FuzzInput &input)
{
    T value{};
    const Bytes bytes = input.take(sizeof(T));
    std::memcpy(&value, bytes.data(), bytes.size());
    return value;
}

QString text(FuzzInput &input)
{
    const Bytes bytes = input.take(input.byte() % 64);
    if (bytes.size() % 2 == 0 && !bytes.empty() && bytes[0] > 127) {
        QString wide(static_cast<qsizetype>(bytes.size() / 2), QChar(0)); // surrogates, alone too
        std::memcpy(wide.data(), bytes.data(), bytes.size());
        return wide;
    }
    return QString::fromUtf8(reinterpret_cast<const char *>(bytes.data()),
                             static_cast<qsizetype>(bytes.size()));
}

/// Everything that a message may hold, as Qt hands it to a slot.
QVariant value(FuzzInput &input, int depth = 0)
{
    switch (input.byte() % 24) {
    case 0:
        return number<int>(input);
    case 1:
        return number<quint32>(input);
    case 2:
        return number<qint64>(input);
    case 3:
        return number<quint64>(input);
    case 4:
        return QVariant::fromValue(number<qint16>(input));
    case 5:
        return QVariant::fromValue(number<quint16>(input));
    case 6:
        return QVariant::fromValue(input.byte());
    case 7:
        return (input.byte() & 1) != 0;
    case 8:
        return number<double>(input);
    case 9:
    case 10:
        return text(input);
    case 11:
        return QVariant::fromValue(QList<int>(input.byte() % 3, 1));
    case 12:
        return QVariant();
    case 13:
        return QVariant::fromValue(QDBusObjectPath(QStringLiteral("/Soc")));
    case 14:
        return QVariant::fromValue(QDBusSignature(QStringLiteral("ai")));
    case 15:
        return QByteArray(input.byte() % 8, 'x');
    case 16:
        return QStringList(input.byte() % 3, text(input));
    case 17:
        return QVariant::fromValue(QDBusArgument());
    case 18:
        return QVariant::fromValue(QDBusUnixFileDescriptor());
    case 19:
        return depth < 4 ? QVariant::fromValue(QDBusVariant(value(input, depth + 1))) : QVariant();
    case 20:
        return depth < 4 ? QVariantMap{{text(input), value(input, depth + 1)}} : QVariantMap{};
    case 21:
        return depth < 4 && (input.byte() & 1) != 0 ? QVariantList{value(input, depth + 1)} : QVariantList{};
    case 22:
        return QString::number(number<double>(input), 'g', 17);
    default:
        return static_cast<int>(input.byte()) - 1; // what buttons and switches take
    }
}

bool isSound(const ItemTree &tree, int item)
{
    const QVariant &value = tree.value(item);
    switch (value.metaType().id()) {
    case QMetaType::Int:
        return tree.type(item) == ItemType::Integer;
    case QMetaType::Double:
        return tree.type(item) == ItemType::Double && std::isfinite(value.toDouble());
    case QMetaType::QString:
        return tree.type(item) == ItemType::Text && busText(value.toString()) == value.toString();
    default:
        return value == invalidItem() && tree.text(item) == QLatin1String("---");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static int argc = 1;
    static char name[] = "fuzz_setvalue";
    static char *argv[] = {name, nullptr};
    static const QCoreApplication application(argc, argv); // for timers

    FuzzInput input(Bytes(data, size));
    ServiceIdentity identity;
    identity.serviceName = QStringLiteral("com.victronenergy.battery.fuzz");
    identity.cellCount = 4;
    identity.controls = {Control::Charge, Control::Discharge, Control::Balancing, Control::Heater};
    identity.countsSoc = true;
    std::vector<ItemTree::Reply> late;
    // An owner that does it, refuses, or takes its time.
    const auto decide = [&](const ItemTree::Reply &reply) {
        switch (input.byte() % 3) {
        case 0:
            return reply(ItemAccepted);
        case 1:
            return reply(ItemRefused);
        default:
            late.push_back(reply);
        }
    };
    BatteryService::Commands commands;
    commands.command = [&](const QString &, const QVariant &, const ItemTree::Reply &reply) {
        decide(reply);
    };
    commands.setCustomName = [&](const QString &, const ItemTree::Reply &reply) { decide(reply); };
    commands.clearHistory = [&](int part, const ItemTree::Reply &reply) {
        FUZZ_CHECK(part >= 1 && part <= 7);
        decide(reply);
    };
    commands.setSoc = [&](double soc, const ItemTree::Reply &reply) {
        FUZZ_CHECK(soc >= 0 && soc <= 100);
        decide(reply);
    };
    const BatteryModel model(QStringLiteral("fuzz"), QString());
    BatteryService service(model, identity, commands);
    ItemTree &tree = service.items();
    static const char *const writable[] = {"/CustomName",
                                           "/Mode",
                                           "/History/Clear",
                                           "/Settings/ResetSocTo",
                                           "/Settings/ResetSocToApply",
                                           "/Settings/ForceChargingOff",
                                           "/Settings/ForceDischargingOff",
                                           "/Settings/TurnBalancingOff",
                                           "/Settings/TurnHeatingOff"};
    while (!input.isEmpty()) {
        const int which = input.byte();
        const int item = which < 200 ? tree.find(QLatin1String(writable[which % std::size(writable)]))
                                     : which % tree.count();
        FUZZ_CHECK(item >= 0);
        const QVariant before = tree.value(item);
        const auto codes = std::make_shared<std::vector<int>>(); // an answer may come rounds later
        const auto pending = late.size();
        tree.write(item, value(input), [codes](int code) { codes->push_back(code); });
        FUZZ_CHECK(codes->size() == 1 || (codes->empty() && late.size() > pending));
        FUZZ_CHECK(codes->empty() || (codes->front() >= ItemAccepted && codes->front() <= ItemRefused));
        if (codes->empty() || codes->front() != ItemAccepted)
            FUZZ_CHECK(tree.value(item) == before);
        for (auto &reply : std::exchange(late, {}))
            reply(input.byte() % 3);
        for (int each = 0; each < tree.count(); ++each)
            FUZZ_CHECK(isSound(tree, each));
        const QVariant &soc = tree.value(tree.find(QLatin1String("/Settings/ResetSocTo")));
        FUZZ_CHECK(soc.toInt() >= 0 && soc.toInt() <= 100);
    }
    QCoreApplication::processEvents();
    return 0;
}
