// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/identitystore.h"

#include "bms/wholefile.h"
#include "venus/bus.h"

#include <QCryptographicHash>
#include <QFile>
#include <QJsonDocument>
#include <QLoggingCategory>
#include <QSet>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace sb {
namespace {

Q_LOGGING_CATEGORY(logStore, "serialbattery.venus", QtInfoMsg)

constexpr qint64 largestFile = 1 << 20;
const QString instanceKey = QStringLiteral("instance");
const QString nameKey = QStringLiteral("customName");
const QString seenKey = QStringLiteral("lastSeen");

QString groupOf(const QString &uniqueId)
{
    return QStringLiteral("serialbattery_") + cleanIdentifier(uniqueId).toUpper();
}

} // namespace

QString cleanIdentifier(const QString &text)
{
    QString clean;
    for (const QChar c : text)
        clean.append(c.unicode() < 128 && c.isLetterOrNumber() ? c : QLatin1Char('_'));
    return clean;
}

IdentityStore::IdentityStore(QString file)
    : m_file(std::move(file))
{
    read();
}

void IdentityStore::read()
{
    QFile input(m_file);
    if (!input.open(QIODevice::ReadOnly)) {
        if (input.exists())
            qCWarning(logStore, "%s: can't be read (%s); batteries get new instances until it can",
                      qUtf8Printable(m_file), qUtf8Printable(input.errorString()));
        return;
    }
    QJsonParseError error{};
    const QJsonDocument document = QJsonDocument::fromJson(input.read(largestFile), &error);
    input.close();
    if (!document.isObject()) {
        const QString aside = m_file + QStringLiteral(".broken");
        QFile::remove(aside);
        const bool moved = QFile::rename(m_file, aside);
        const QString reason = document.isNull() ? error.errorString() : QStringLiteral("no object");
        qCWarning(logStore, "%s: broken (%s), %s %s; batteries get new instances", qUtf8Printable(m_file),
                  qUtf8Printable(reason), moved ? "moved to" : "can't be moved to", qUtf8Printable(aside));
        return;
    }
    m_batteries = document.object();
    for (auto it = m_own.begin(); it != m_own.end(); ++it)
        m_batteries.insert(it.key(), it.value());
    QSet<int> taken;
    for (const auto own : std::as_const(m_own))
        taken.insert(own.toObject().value(instanceKey).toInt());
    for (auto it = m_batteries.begin(); it != m_batteries.end(); ++it) {
        QJsonObject entry = it.value().toObject();
        const int instance = entry.value(instanceKey).toInt();
        if (m_own.contains(it.key()))
            continue;
        if (instance > 0 && !taken.contains(instance)) {
            taken.insert(instance);
            continue;
        }
        entry.remove(instanceKey);
        it.value() = entry;
    }
}

QJsonObject IdentityStore::entry(const QString &uniqueId) const
{
    return m_batteries.value(groupOf(uniqueId)).toObject();
}

IdentityStore::Identity IdentityStore::identity(const QString &uniqueId, const QString &defaultName)
{
    read();
    const QJsonObject known = entry(uniqueId);
    const QString name = known.contains(nameKey) ? known.value(nameKey).toString() : defaultName;
    if (known.value(instanceKey).toInt() > 0)
        return {known.value(instanceKey).toInt(), name};
    QSet<int> taken;
    for (const auto value : std::as_const(m_batteries))
        taken.insert(value.toObject().value(instanceKey).toInt());
    int instance = 1;
    while (taken.contains(instance))
        ++instance;
    change(uniqueId, instanceKey, instance); // it has said why; the instance holds until the process ends
    return {instance, name};
}

bool IdentityStore::setCustomName(const QString &uniqueId, const QString &name)
{
    return change(uniqueId, nameKey, name);
}

QJsonObject IdentityStore::charge(const QString &uniqueId) const
{
    return entry(uniqueId).value(QLatin1String("charge")).toObject();
}

bool IdentityStore::setCharge(const QString &uniqueId, const QJsonObject &charge)
{
    return change(uniqueId, QStringLiteral("charge"), charge);
}

std::optional<qint64> IdentityStore::lastSeen(const QString &uniqueId) const
{
    const double second = entry(uniqueId).value(seenKey).toDouble(-1);
    return second >= 0 && second < 1e12 ? std::optional<qint64>(static_cast<qint64>(second)) : std::nullopt;
}

void IdentityStore::setSeen(const QString &uniqueId, qint64 wallSecond)
{
    QJsonObject changed = entry(uniqueId);
    changed.insert(seenKey, wallSecond);
    m_batteries.insert(groupOf(uniqueId), changed);
}

bool IdentityStore::change(const QString &uniqueId, const QString &key, const QJsonValue &value)
{
    const QString group = groupOf(uniqueId);
    QJsonObject changed = entry(uniqueId);
    changed.insert(key, value);
    m_own.insert(group, changed);
    read(); // what others wrote meanwhile stays
    m_batteries.insert(group, changed);
    return save();
}

bool IdentityStore::save()
{
    QString error;
    const bool ok = writeWholeFile(m_file, QJsonDocument(m_batteries).toJson(), &error);
    if (!ok && !m_warned)
        qCWarning(logStore, "%s: can't be written (%s); what changes is kept until the program ends",
                  qUtf8Printable(m_file), qUtf8Printable(error));
    m_warned = !ok;
    return ok;
}

InstanceLock::~InstanceLock() { release(); }

QString InstanceLock::fileName(int instance, const QString &bus, const QString &folder)
{
    QString name = folder + QStringLiteral("/dbus-serialbattery_%1").arg(instance);
    const QString address = busAddress(bus);
    if (address != QLatin1String("system")) {
        const QByteArray hash = QCryptographicHash::hash(address.toUtf8(), QCryptographicHash::Sha256);
        name += QLatin1Char('_') + QString::fromLatin1(hash.toHex().first(12));
    }
    return name + QStringLiteral(".pid");
}

bool InstanceLock::take(int instance, const QString &service, const QString &bus)
{
    release();
    const QString name = fileName(instance, bus, m_folder);
    const QByteArray path = QFile::encodeName(name);
    m_descriptor = ::open(path.constData(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    // Another user's file in a folder for all: hardened kernels refuse O_CREAT for it even to root.
    if (m_descriptor < 0)
        m_descriptor = ::open(path.constData(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (m_descriptor < 0)
        m_descriptor = ::open(path.constData(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (m_descriptor < 0) {
        // A folder that can't be written protects nobody, and is no reason to leave a house without its
        // battery.
        qCWarning(logStore, "%s: no lock against a second start: %s", qUtf8Printable(name),
                  qUtf8Printable(qt_error_string(errno)));
        return true;
    }
    int result = 0;
    do {
        result = ::flock(m_descriptor, LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    if (result != 0 && errno == EWOULDBLOCK) {
        ::close(m_descriptor);
        m_descriptor = -1;
        return false;
    }
    const QByteArray content = service.toUtf8() + ':' + QByteArray::number(::getpid());
    if (::ftruncate(m_descriptor, 0) != 0 ||
        ::write(m_descriptor, content.constData(), static_cast<size_t>(content.size())) < 0)
        qCDebug(logStore, "%s: content not written", qUtf8Printable(name));
    return true;
}

void InstanceLock::release()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
    m_descriptor = -1;
}

} // namespace sb
