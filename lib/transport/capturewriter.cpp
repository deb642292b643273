// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/capturewriter.h"

#include "bms/bluetooth.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLoggingCategory>
#include <QStorageInfo>
#include <QSysInfo>
#include <cmath>

namespace sb {
namespace {

Q_LOGGING_CATEGORY(logCapture, "serialbattery.capture", QtInfoMsg)

constexpr qint64 flushMs = 1000;

QString tr(const char *text) { return QCoreApplication::translate("Capture", text); }

} // namespace

class CaptureWriter::Tap : public TrafficTap
{
public:
    Tap(CaptureWriter &writer, QString link)
        : m_writer(writer)
        , m_link(std::move(link))
    {}

    void bytes(const Bytes &bytes) override
    {
        const qsizetype all = bytes.data.size();
        QByteArray hex = bytes.data.toByteArray().toHex();
        QJsonObject event = begin(bytes.direction);
        if (bytes.secretSize > 0 && bytes.secretFrom >= 0 && bytes.secretFrom < all) {
            const qsizetype size = std::min<qsizetype>(bytes.secretSize, all - bytes.secretFrom);
            hex.replace(2 * bytes.secretFrom, 2 * size, QByteArray(2 * size, '?'));
            event.insert(QStringLiteral("s"), 1);
        }
        event.insert(QStringLiteral("x"), QLatin1String(hex));
        if (!bytes.characteristic.isNull())
            event.insert(QStringLiteral("h"), bluetoothUuidText(bytes.characteristic));
        if (bytes.wasRead)
            event.insert(QStringLiteral("r"), QStringLiteral("read"));
        if (bytes.discarded)
            event.insert(QStringLiteral("z"), 1);
        m_writer.write(event);
    }
    void frame(Direction direction, const CanFrame &frame) override
    {
        QJsonObject event = begin(direction);
        const QString id =
            QStringLiteral("%1").arg(frame.id, frame.extended ? 8 : 3, 16, QLatin1Char('0')).toUpper();
        const QString data = frame.remote ? QStringLiteral("R") : QString::fromLatin1(frame.data.toHex());
        event.insert(QStringLiteral("f"), QString(id + QLatin1Char('#') + data));
        m_writer.write(event);
    }
    void event(const char *what, const QString &detail) override
    {
        QJsonObject event{{QStringLiteral("l"), m_link}, {QStringLiteral("e"), QLatin1String(what)}};
        if (!detail.isEmpty())
            event.insert(QStringLiteral("m"), detail);
        m_writer.write(event);
    }

private:
    [[nodiscard]] QJsonObject begin(Direction direction) const
    {
        return {{QStringLiteral("l"), m_link},
                {QStringLiteral("d"),
                 direction == Direction::ToBms ? QStringLiteral("tx") : QStringLiteral("rx")}};
    }
    CaptureWriter &m_writer;
    QString m_link;
};

CaptureWriter::CaptureWriter(Settings settings, Clock &clock)
    : m_settings(std::move(settings))
    , m_clock(clock)
    , m_flush(clock.alarm([this] { flush(); }))
{}

CaptureWriter::~CaptureWriter() { flush(); }

bool CaptureWriter::open(QString *error)
{
    m_file.setFileName(m_settings.fileName);
    if (!m_file.open(QIODevice::WriteOnly | QIODevice::Truncate)) {
        *error = tr("%1: %2").arg(m_settings.fileName, m_file.errorString());
        return false;
    }
    m_start = m_clock.now();
    writeHeader();
    flush();
    return true;
}

void CaptureWriter::writeHeader()
{
    QJsonArray links;
    for (const CaptureLink &link : m_settings.links) {
        QJsonObject object{{QStringLiteral("link"), link.id},
                           {QStringLiteral("transport"), link.transport},
                           {QStringLiteral("port"), m_settings.anonymous ? mask(link.port) : link.port},
                           {QStringLiteral("bms"), link.bms.isEmpty() ? QJsonValue() : QJsonValue(link.bms)}};
        if (link.baud > 0) {
            object.insert(QStringLiteral("baud"), link.baud);
            object.insert(QStringLiteral("format"), QStringLiteral("8N1"));
        }
        if (link.address)
            object.insert(QStringLiteral("address"), *link.address);
        if (!link.ble.isEmpty())
            object.insert(QStringLiteral("ble"), link.ble);
        if (!link.config.isEmpty())
            object.insert(QStringLiteral("config"), link.config);
        links.append(object);
    }
    QJsonObject header{
        {QStringLiteral("capture"), 1},
        {QStringLiteral("created"), QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs)},
        {QStringLiteral("program"), m_settings.program},
        {QStringLiteral("qt"), QLatin1String(qVersion())},
        {QStringLiteral("os"),
         QString(QSysInfo::prettyProductName() + QLatin1Char(' ') + QSysInfo::currentCpuArchitecture())},
        {QStringLiteral("links"), links},
        {QStringLiteral("anonymous"), m_settings.anonymous}};
    if (!m_settings.note.isEmpty())
        header.insert(QStringLiteral("note"), m_settings.note);
    m_pending += QJsonDocument(header).toJson(QJsonDocument::Compact) + '\n';
}

TrafficTap *CaptureWriter::tap(const QString &link)
{
    std::unique_ptr<Tap> &tap = m_taps[link];
    if (!tap)
        tap = std::make_unique<Tap>(*this, link);
    return tap.get();
}

void CaptureWriter::driverFound(const QString &link, const QString &bms, std::optional<int> address,
                                const QJsonObject &config)
{
    QJsonObject event{{QStringLiteral("l"), link},
                      {QStringLiteral("e"), QStringLiteral("driver")},
                      {QStringLiteral("bms"), bms}};
    if (address)
        event.insert(QStringLiteral("address"), *address);
    if (!config.isEmpty()) {
        QJsonObject shown = config;
        const auto name = shown.find(QLatin1String("localName"));
        if (m_settings.anonymous && name != shown.end())
            *name = mask(name->toString());
        event.insert(QStringLiteral("config"), shown);
    }
    write(event);
}

void CaptureWriter::value(const QString &link, const QJsonObject &battery)
{
    QJsonObject shown = battery;
    if (m_settings.anonymous) {
        for (const char *key : {"serialNumber", "uniqueId", "deviceName", "customName", "connection"}) {
            const auto at = shown.find(QLatin1String(key));
            if (at != shown.end() && at->isString())
                *at = mask(at->toString());
        }
    }
    write({{QStringLiteral("l"), link}, {QStringLiteral("v"), shown}});
}

void CaptureWriter::mark(const QString &text)
{
    write({{QStringLiteral("e"), QStringLiteral("mark")}, {QStringLiteral("m"), text}});
}

QString CaptureWriter::mask(QString text)
{
    for (QChar &c : text) {
        if (c.isLetter())
            c = QLatin1Char('x');
        else if (c.isDigit())
            c = QLatin1Char('0');
    }
    return text;
}

void CaptureWriter::write(QJsonObject event)
{
    if (m_settings.anonymous && event.contains(QLatin1String("m"))) {
        // Messages of a link name its port, which can hold the adapter's serial number.
        QString text = event.value(QLatin1String("m")).toString();
        for (const CaptureLink &link : m_settings.links) {
            if (!link.port.isEmpty())
                text.replace(link.port, mask(link.port));
        }
        event.insert(QStringLiteral("m"), text);
    }
    if (m_stopped || !m_file.isOpen())
        return;
    event.insert(QStringLiteral("t"), static_cast<double>(m_clock.now() - m_start) / 1000.0);
    m_pending += QJsonDocument(event).toJson(QJsonDocument::Compact) + '\n';
    if (!m_flush->isActive())
        m_flush->start(flushMs);
}

void CaptureWriter::flush()
{
    m_flush->stop();
    if (m_pending.isEmpty() || !m_file.isOpen() || m_stopped)
        return;
    const QStorageInfo storage(QFileInfo(m_settings.fileName).absolutePath());
    if (storage.isValid() && storage.bytesAvailable() < m_settings.leaveFree) {
        m_stopped = true;
        qCWarning(logCapture, "%s: recording stopped, the disk is nearly full",
                  qUtf8Printable(m_settings.fileName));
        m_file.close();
        return;
    }
    m_written += m_pending.size();
    if (m_file.write(m_pending) < 0 || !m_file.flush()) {
        m_stopped = true;
        qCWarning(logCapture, "%s: recording stopped: %s", qUtf8Printable(m_settings.fileName),
                  qUtf8Printable(m_file.errorString()));
    }
    m_pending.clear();
    if (m_written >= m_settings.partBytes)
        rotate();
}

void CaptureWriter::rotate()
{
    m_file.close();
    const auto part = [this](int number) -> QString {
        return m_settings.fileName + QLatin1Char('.') + QString::number(number);
    };
    QFile::remove(part(m_settings.parts));
    for (int number = m_settings.parts - 1; number >= 1; --number)
        QFile::rename(part(number), part(number + 1));
    QFile::rename(m_settings.fileName, part(1));
    m_written = 0;
    ++m_part;
    if (!m_file.open(QIODevice::WriteOnly | QIODevice::Truncate)) {
        m_stopped = true;
        return;
    }
    writeHeader();
    write({{QStringLiteral("e"), QStringLiteral("part")}, {QStringLiteral("n"), m_part + 1}});
}

} // namespace sb
