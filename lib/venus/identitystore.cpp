// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/identitystore.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>
#include <QLoggingCategory>
#include <QSaveFile>
#include <QSet>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace sb {
namespace {

Q_LOGGING_CATEGORY(logStore, "serialbattery.venus", QtInfoMsg)

constexpr qint64 largestFile = 1 << 20;

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
    QFile input(m_file);
    if (!input.open(QIODevice::ReadOnly))
        return;
    QJsonParseError error{};
    const QJsonDocument document = QJsonDocument::fromJson(input.read(largestFile), &error);
    if (!document.isObject()) {
        const QString aside = m_file + QStringLiteral(".broken");
        QFile::remove(aside);
        input.rename(aside);
        qCWarning(logStore, "%s: broken (%s), moved to %s; batteries get new instances",
                  qUtf8Printable(m_file), qUtf8Printable(error.errorString()), qUtf8Printable(aside));
        return;
    }
    m_batteries = document.object();
}

IdentityStore::Identity IdentityStore::identity(const QString &uniqueId)
{
    const QString group = groupOf(uniqueId);
    QJsonObject entry = m_batteries.value(group).toObject();
    const int known = entry.value(QLatin1String("instance")).toInt();
    if (known > 0)
        return {known, entry.value(QLatin1String("customName")).toString()};
    QSet<int> taken;
    for (const QJsonValue &value : std::as_const(m_batteries))
        taken.insert(value.toObject().value(QLatin1String("instance")).toInt());
    int instance = 1;
    while (taken.contains(instance))
        ++instance;
    entry.insert(QStringLiteral("instance"), instance);
    m_batteries.insert(group, entry);
    save();
    return {instance, entry.value(QLatin1String("customName")).toString()};
}

bool IdentityStore::setCustomName(const QString &uniqueId, const QString &name)
{
    const QString group = groupOf(uniqueId);
    QJsonObject entry = m_batteries.value(group).toObject();
    entry.insert(QStringLiteral("customName"), name);
    m_batteries.insert(group, entry);
    return save();
}

bool IdentityStore::save() const
{
    QDir().mkpath(QFileInfo(m_file).path());
    QSaveFile output(m_file);
    const bool ok = output.open(QIODevice::WriteOnly) &&
                    output.write(QJsonDocument(m_batteries).toJson()) >= 0 && output.commit();
    if (!ok)
        qCWarning(logStore, "%s: can't be written: %s", qUtf8Printable(m_file),
                  qUtf8Printable(output.errorString()));
    return ok;
}

InstanceLock::~InstanceLock() { release(); }

bool InstanceLock::take(int instance, const QString &service, const QString &bus)
{
    release();
    QString name = QStringLiteral("/var/tmp/dbus-serialbattery_%1").arg(instance);
    if (bus != QLatin1String("system")) {
        const QByteArray which = bus.toUtf8() + qgetenv("DBUS_SESSION_BUS_ADDRESS");
        const QByteArray hash = QCryptographicHash::hash(which, QCryptographicHash::Sha256);
        name += QLatin1Char('_') + QString::fromLatin1(hash.toHex().first(12));
    }
    name += QStringLiteral(".pid");
    m_descriptor =
        ::open(QFile::encodeName(name).constData(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (m_descriptor < 0) {
        // A folder that can't be written protects nobody, and is no reason to leave a house without its
        // battery.
        qCWarning(logStore, "%s: no lock against a second start", qUtf8Printable(name));
        return true;
    }
    if (::flock(m_descriptor, LOCK_EX | LOCK_NB) != 0) {
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
