// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/venus/fakesettings.h"

#include "venus/busclient.h"

#include <QDBusMetaType>
#include <QDBusVariant>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSaveFile>
#include <cmath>
#include <cstdio>

namespace sbtest {
namespace {

const QString root = QStringLiteral("/Settings");
const QString instanceName = QStringLiteral("/ClassAndVrmInstance");

enum Error : int {
    Ok = 0,
    Underscore = -2,
    BadType = -3,
    NoPath = -4,
    OtherType = -5,
    BadInstance = -6,
    OutOfRange = -7,
    IsGroup = -8,
    NotBelowSettings = -9,
};

char typeOf(const QVariant &value)
{
    switch (value.metaType().id()) {
    case QMetaType::Int:
    case QMetaType::LongLong:
        return 'i';
    case QMetaType::Double:
        return 'f';
    case QMetaType::QString:
        return 's';
    default:
        return 0;
    }
}

bool splitInstance(const QString &text, QString *name, int *number)
{
    bool ok = false;
    *name = text.section(QLatin1Char(':'), 0, 0);
    *number = text.section(QLatin1Char(':'), 1).toInt(&ok);
    return ok && !name->isEmpty() && text.count(QLatin1Char(':')) == 1;
}

/// To the type of a setting; nothing where it can't be.
QVariant converted(char type, const QVariant &value)
{
    bool ok = false;
    if (type == 's')
        return value.metaType().id() == QMetaType::QString ? value : QVariant(value.toString());
    const double number =
        value.metaType().id() == QMetaType::QString ? value.toString().toDouble(&ok) : value.toDouble(&ok);
    if (!ok || !std::isfinite(number))
        return {};
    if (type == 'f')
        return number;
    return number == std::floor(number) && std::abs(number) <= 2147483647.0
               ? QVariant(static_cast<int>(number))
               : QVariant();
}

bool fits(const FakeSetting &setting, const QVariant &value)
{
    if (setting.type == 's' || (setting.minimum == 0 && setting.maximum == 0))
        return true;
    return value.toDouble() >= setting.minimum && value.toDouble() <= setting.maximum;
}

} // namespace

QString FakeSettings::textOf(const QVariant &value) { return value.toString(); }

FakeSettings::FakeSettings(QString file, int writeDelayMs)
    : m_file(std::move(file))
    , m_connection(QString())
{
    sb::registerReaderTypes();
    qDBusRegisterMetaType<QList<QVariantMap>>();
    m_write.setSingleShot(true);
    m_write.setInterval(writeDelayMs);
    connect(&m_write, &QTimer::timeout, this, &FakeSettings::save);
    QFile input(m_file);
    if (m_file.isEmpty() || !input.open(QIODevice::ReadOnly))
        return;
    const QJsonObject all = QJsonDocument::fromJson(input.readAll()).object();
    m_rewrites = all.value(QLatin1String("rewrites")).toInt();
    const QJsonObject settings = all.value(QLatin1String("settings")).toObject();
    for (auto it = settings.begin(); it != settings.end(); ++it) {
        const QJsonObject entry = it.value().toObject();
        FakeSetting setting;
        setting.type = entry.value(QLatin1String("type")).toString().at(0).toLatin1();
        setting.value = converted(setting.type, entry.value(QLatin1String("value")).toVariant());
        setting.standard = converted(setting.type, entry.value(QLatin1String("default")).toVariant());
        setting.minimum = entry.value(QLatin1String("min")).toDouble();
        setting.maximum = entry.value(QLatin1String("max")).toDouble();
        m_settings.insert(it.key(), setting);
    }
}

bool FakeSettings::start(const QString &address)
{
    m_connection = QDBusConnection::connectToBus(address, QStringLiteral("fakesettings"));
    const bool ok = m_connection.isConnected() &&
                    m_connection.registerVirtualObject(QStringLiteral("/"), this, QDBusConnection::SubPath) &&
                    m_connection.registerService(QStringLiteral("com.victronenergy.settings"));
    if (!ok)
        std::fprintf(stderr, "fakesettings: %s\n", qPrintable(m_connection.lastError().message()));
    return ok;
}

void FakeSettings::changedNow()
{
    if (!m_write.isActive())
        m_write.start();
}

void FakeSettings::save()
{
    if (m_file.isEmpty())
        return;
    QJsonObject settings;
    for (auto it = m_settings.begin(); it != m_settings.end(); ++it)
        settings.insert(it.key(),
                        QJsonObject{{QStringLiteral("type"), QString(QLatin1Char(it->type))},
                                    {QStringLiteral("value"), QJsonValue::fromVariant(it->value)},
                                    {QStringLiteral("default"), QJsonValue::fromVariant(it->standard)},
                                    {QStringLiteral("min"), it->minimum},
                                    {QStringLiteral("max"), it->maximum}});
    QSaveFile output(m_file);
    const QJsonObject all{{QStringLiteral("settings"), settings}, {QStringLiteral("rewrites"), ++m_rewrites}};
    if (!output.open(QIODevice::WriteOnly) || output.write(QJsonDocument(all).toJson()) < 0 ||
        !output.commit())
        std::fprintf(stderr, "fakesettings: %s\n", qPrintable(output.errorString()));
}

bool FakeSettings::isGroup(const QString &path) const
{
    const QString prefix = path + QLatin1Char('/');
    const auto next = m_settings.lowerBound(prefix);
    return path == QLatin1String("/") || (next != m_settings.end() && next.key().startsWith(prefix));
}

QVariantMap FakeSettings::below(const QString &group) const
{
    const QString prefix = group == QLatin1String("/") ? group : group + QLatin1Char('/');
    QVariantMap map;
    for (auto it = m_settings.begin(); it != m_settings.end(); ++it) {
        if (it.key().startsWith(prefix))
            map.insert(it.key().mid(prefix.size()), it->value);
    }
    return map;
}

QString FakeSettings::freeInstance(const QString &path, const QString &wanted) const
{
    QString name;
    int number = 0;
    (void)splitInstance(wanted, &name, &number);
    QSet<int> taken;
    for (auto it = m_settings.begin(); it != m_settings.end(); ++it) {
        QString other;
        int used = 0;
        if (it.key() != path && it.key().endsWith(instanceName) &&
            splitInstance(it->value.toString(), &other, &used) && other == name)
            taken.insert(used);
    }
    while (taken.contains(number))
        ++number;
    return name + QLatin1Char(':') + QString::number(number);
}

int FakeSettings::add(const QString &path, const QVariantMap &entry)
{
    if (path.isEmpty())
        return NoPath;
    if (!path.startsWith(root + QLatin1Char('/')))
        return NotBelowSettings;
    const QStringList elements = path.split(QLatin1Char('/'));
    for (const QString &element : elements) {
        if (element.startsWith(QLatin1Char('_')))
            return Underscore;
    }
    QVariant standard = sb::plainValue(entry.value(QStringLiteral("default")));
    const char type = typeOf(standard);
    if (type == 0)
        return BadType;
    if (isGroup(path))
        return IsGroup;
    standard = converted(type, standard);
    FakeSetting setting;
    setting.type = type;
    setting.minimum = sb::plainValue(entry.value(QStringLiteral("min"))).toDouble();
    setting.maximum = sb::plainValue(entry.value(QStringLiteral("max"))).toDouble();
    setting.silent = sb::plainValue(entry.value(QStringLiteral("silent"))).toInt() != 0;
    if (!standard.isValid() || !fits(setting, standard))
        return OutOfRange;
    const bool isInstance = path.endsWith(instanceName);
    QString name;
    int number = 0;
    if (isInstance && !splitInstance(standard.toString(), &name, &number))
        return BadInstance;
    setting.standard = standard;
    const auto known = m_settings.find(path);
    if (known != m_settings.end()) {
        if (known->type != type)
            return OtherType;
        setting.value = known->value;
        const bool same = known->standard == setting.standard && known->minimum == setting.minimum &&
                          known->maximum == setting.maximum;
        *known = setting;
        if (!same)
            changedNow();
        return Ok;
    }
    setting.value = isInstance ? QVariant(freeInstance(path, standard.toString())) : standard;
    m_settings.insert(path, setting);
    announce(path);
    changedNow();
    return Ok;
}

QVariant FakeSettings::addSettings(const QString &base, const QVariant &list)
{
    QList<QVariantMap> entries;
    if (list.metaType() == QMetaType::fromType<QDBusArgument>())
        entries = qdbus_cast<QList<QVariantMap>>(list);
    QList<QVariantMap> replies;
    for (const QVariantMap &entry : std::as_const(entries)) {
        QString path = sb::plainValue(entry.value(QStringLiteral("path"))).toString();
        if (base != QLatin1String("/") && !path.startsWith(QLatin1Char('/')))
            path.prepend(QString(base + QLatin1Char('/')));
        const int error = add(path, entry);
        QVariantMap reply{{QStringLiteral("path"), path}, {QStringLiteral("error"), error}};
        if (error == Ok)
            reply.insert(QStringLiteral("value"), m_settings.value(path).value);
        replies.append(reply);
    }
    return QVariant::fromValue(replies);
}

int FakeSettings::remove(const QString &path)
{
    if (m_settings.remove(path) == 0)
        return -1;
    announce(path, true);
    changedNow();
    return 0;
}

int FakeSettings::setValue(const QString &path, const QVariant &value)
{
    const auto setting = m_settings.find(path);
    if (setting == m_settings.end())
        return -1;
    QVariant given = converted(setting->type, value);
    if (!given.isValid() || !fits(*setting, given))
        return -1;
    if (path.endsWith(instanceName)) {
        QString name;
        int number = 0;
        if (!splitInstance(given.toString(), &name, &number))
            return -1;
        given = freeInstance(path, given.toString());
    }
    if (given == setting->value)
        return 0;
    setting->value = given;
    announce(path);
    changedNow();
    return 0;
}

void FakeSettings::announce(const QString &path, bool removed)
{
    QDBusMessage signal = QDBusMessage::createSignal(path, QStringLiteral("com.victronenergy.BusItem"),
                                                     QStringLiteral("PropertiesChanged"));
    const QVariant value = removed ? sb::invalidItem() : m_settings.value(path).value;
    signal << QVariantMap{{QStringLiteral("Value"), value},
                          {QStringLiteral("Text"), removed ? QStringLiteral("---") : textOf(value)}};
    m_connection.send(signal);
}

QVariant FakeSettings::call(const QDBusMessage &message, QString *error)
{
    const QString path = message.path();
    const QString member = message.member();
    const QVariantList arguments = message.arguments();
    const auto setting = m_settings.constFind(path);
    const bool isSetting = setting != m_settings.cend();
    if (!isSetting && !isGroup(path) && path != root) {
        *error = QStringLiteral("org.freedesktop.DBus.Error.UnknownObject");
        return {};
    }
    const auto variant = [](const QVariant &value) { return QVariant::fromValue(QDBusVariant(value)); };
    if (member == QLatin1String("GetValue"))
        return variant(isSetting ? setting->value : QVariant(below(path)));
    if (member == QLatin1String("GetText") && isSetting)
        return textOf(setting->value);
    if (member == QLatin1String("GetDefault") && isSetting)
        return variant(setting->standard);
    if (member == QLatin1String("GetMin") && isSetting)
        return variant(setting->minimum == 0 && setting->maximum == 0 ? QVariant(0)
                                                                      : QVariant(setting->minimum));
    if (member == QLatin1String("GetMax") && isSetting)
        return variant(setting->minimum == 0 && setting->maximum == 0 ? QVariant(0)
                                                                      : QVariant(setting->maximum));
    if (member == QLatin1String("SetValue") && isSetting)
        return setValue(path, sb::plainValue(arguments.value(0)));
    if (member == QLatin1String("GetItems") && path == QLatin1String("/")) {
        sb::ItemsMap items;
        for (auto it = m_settings.begin(); it != m_settings.end(); ++it)
            items.insert(it.key(), {{QStringLiteral("Value"), it->value},
                                    {QStringLiteral("Text"), textOf(it->value)},
                                    {QStringLiteral("Default"), it->standard}});
        return QVariant::fromValue(items);
    }
    if (member == QLatin1String("AddSettings") && !isSetting)
        return addSettings(path, arguments.value(0));
    if ((member == QLatin1String("AddSetting") || member == QLatin1String("AddSilentSetting")) &&
        arguments.size() == 6) {
        const QString below = QStringList{path, arguments.value(0).toString(), arguments.value(1).toString()}
                                  .join(QLatin1Char('/'))
                                  .replace(QLatin1String("//"), QLatin1String("/"));
        return add(below, {{QStringLiteral("default"), sb::plainValue(arguments.value(2))},
                           {QStringLiteral("min"), sb::plainValue(arguments.value(4))},
                           {QStringLiteral("max"), sb::plainValue(arguments.value(5))}});
    }
    if (member == QLatin1String("RemoveSettings") && !isSetting) {
        QList<int> results;
        const QStringList names = arguments.value(0).toStringList();
        for (const QString &name : names)
            results.append(remove(path + QLatin1Char('/') + name));
        return QVariant::fromValue(results);
    }
    *error = QStringLiteral("org.freedesktop.DBus.Error.UnknownMethod");
    return {};
}

bool FakeSettings::handleMessage(const QDBusMessage &message, const QDBusConnection &connection)
{
    QString error;
    const QVariant reply = call(message, &error);
    connection.send(error.isEmpty() ? message.createReply(reply)
                                    : message.createErrorReply(error, message.path()));
    return true;
}

QString FakeSettings::introspect(const QString &) const { return {}; }

} // namespace sbtest
