// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QString>
#include <cmath>

namespace sb {

/// Builds the text of a capture file line by line, for the formats that are turned into one.
class CaptureText
{
public:
    /// \a more: further keys of the header.
    void header(const QJsonArray &links, const QString &created, const QJsonObject &more = {})
    {
        QJsonObject object = more;
        object.insert(QStringLiteral("capture"), 1);
        object.insert(QStringLiteral("created"), created);
        object.insert(QStringLiteral("program"), QStringLiteral("serialbattery convert"));
        object.insert(QStringLiteral("links"), links);
        line(object);
    }
    [[nodiscard]] static QJsonObject link(const QString &id, const QString &transport, const QString &port,
                                          const QString &bms)
    {
        return {{QStringLiteral("link"), id},
                {QStringLiteral("transport"), transport},
                {QStringLiteral("port"), port},
                {QStringLiteral("bms"), bms.isEmpty() ? QJsonValue() : QJsonValue(bms)}};
    }
    /// \a key: "x" for hex bytes, "f" for a CAN frame.
    void data(double t, const QString &link, bool toBms, const char *key, const QString &text)
    {
        event(t, link,
              {{QStringLiteral("d"), toBms ? QStringLiteral("tx") : QStringLiteral("rx")},
               {QLatin1String(key), text}});
    }
    void event(double t, const QString &link, QJsonObject object)
    {
        object.insert(QStringLiteral("t"), std::round(t * 1e6) / 1e6);
        object.insert(QStringLiteral("l"), link);
        line(object);
    }
    [[nodiscard]] const QByteArray &text() const { return m_text; }

private:
    void line(const QJsonObject &object)
    {
        m_text += QJsonDocument(object).toJson(QJsonDocument::Compact);
        m_text += '\n';
    }
    QByteArray m_text;
};

} // namespace sb
