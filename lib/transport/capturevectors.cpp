// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/capturevectors.h"

#include "bms/bluetooth.h"
#include "transport/capturetext.h"

#include <QCoreApplication>

namespace sb {
namespace {

constexpr qsizetype mostCases = 64; // links of a capture
constexpr double stepS = 0.01;

QString tr(const char *text) { return QCoreApplication::translate("CaptureVectors", text); }

/// What a case holds beside its exchanges, values and the keys of a link.
QJsonObject rest(QJsonObject object)
{
    for (const char *key :
         {"exchanges", "expect", "expectExtra", "bms", "transport", "ble", "config", "name", "source"})
        object.remove(QLatin1String(key));
    return object;
}

QJsonObject linkOf(const QJsonObject &vector, const QString &id, const ImportOptions &options)
{
    QString bms = vector.value(QLatin1String("bms")).toString();
    if (!options.bms.isEmpty())
        bms = options.bms;
    QJsonObject link = CaptureText::link(
        id, vector.value(QLatin1String("transport")).toString(QStringLiteral("serial")), {}, bms);
    const QJsonObject config = vector.value(QLatin1String("config")).toObject();
    if (vector.contains(QLatin1String("config")))
        link.insert(QStringLiteral("config"), config);
    if (const QJsonValue address = config.value(QLatin1String("address")); address.isDouble())
        link.insert(QStringLiteral("address"), address);
    for (const char *key : {"ble", "source"}) {
        if (vector.contains(QLatin1String(key)))
            link.insert(QLatin1String(key), vector.value(QLatin1String(key)));
    }
    link.insert(QStringLiteral("note"), vector.value(QLatin1String("name")));
    if (const QJsonObject more = rest(vector); !more.isEmpty())
        link.insert(QStringLiteral("vector"), more);
    return link;
}

/// \a t: time of its first event, moved on to that of the next case.
void writeEvents(const QJsonObject &vector, const QString &id, double &t, CaptureText &text)
{
    const bool documents = vector.value(QLatin1String("transport")).toString() == QLatin1String("mqtt");
    const auto data = [&](bool toBms, const QJsonValue &value, QJsonObject event) {
        const bool frame = value.toString().contains(QLatin1Char('#'));
        event.insert(QStringLiteral("d"), toBms ? QStringLiteral("tx") : QStringLiteral("rx"));
        event.insert(documents ? QStringLiteral("j")
                     : frame   ? QStringLiteral("f")
                               : QStringLiteral("x"),
                     value);
        text.event(t, id, event);
        t += stepS;
    };
    for (const QJsonValue &each : vector.value(QLatin1String("exchanges")).toArray()) {
        QJsonObject more = each.toObject();
        if (const QJsonValue value = more.value(QLatin1String("value"));
            more.contains(QLatin1String("read")) && value.isString()) {
            QJsonObject event{{QStringLiteral("h"), more.take(QLatin1String("read"))},
                              {QStringLiteral("r"), QStringLiteral("read")}};
            more.remove(QLatin1String("value"));
            event.insert(QStringLiteral("exchange"), more);
            data(false, value, event);
            continue;
        }
        if (const QJsonValue characteristic = more.take(QLatin1String("char")); characteristic.isString())
            more.insert(QStringLiteral("h"), characteristic);
        const QJsonValue tx = more.take(QLatin1String("tx"));
        const QJsonArray rx = more.take(QLatin1String("rx")).toArray();
        if (tx.isNull() || tx.isUndefined())
            text.event(t, id, {{QStringLiteral("exchange"), more}}); // it begins without a request
        else
            data(true, tx, more);
        for (const QJsonValue &chunk : rx)
            data(false, chunk, {});
    }
    if (vector.contains(QLatin1String("expect")) || vector.contains(QLatin1String("expectExtra"))) {
        QJsonObject event{{QStringLiteral("v"), vector.value(QLatin1String("expect")).toObject()},
                          {QStringLiteral("expect"), true}};
        if (vector.contains(QLatin1String("expectExtra")))
            event.insert(QStringLiteral("extra"), vector.value(QLatin1String("expectExtra")));
        t += 1;
        text.event(t, id, event);
    }
}

} // namespace

ImportResult importVectors(const QJsonDocument &document, const QString &name, const ImportOptions &options)
{
    QJsonArray cases = document.isArray() ? document.array() : QJsonArray{document.object()};
    if (!options.caseName.isEmpty()) {
        const QJsonArray all = std::exchange(cases, {});
        for (const QJsonValue &each : all) {
            if (each.toObject().value(QLatin1String("name")).toString() == options.caseName)
                cases.append(each);
        }
        if (cases.isEmpty())
            return {{}, tr("%1: has no case \"%2\"").arg(name, options.caseName), {}};
    }
    if (cases.isEmpty() || cases.size() > mostCases)
        return {{},
                tr("%1: has %2 cases, a capture holds 1 to 64: choose one with --case")
                    .arg(name)
                    .arg(cases.size()),
                {}};
    QJsonArray links;
    for (qsizetype i = 0; i < cases.size(); ++i) {
        const QJsonObject vector = cases.at(i).toObject();
        if (!vector.value(QLatin1String("exchanges")).isArray())
            return {{}, tr("%1: case %2: no \"exchanges\"").arg(name).arg(i + 1), {}};
        links.append(linkOf(vector, QString::number(i + 1), options));
    }
    CaptureText text;
    text.header(links, QStringLiteral("1970-01-01T00:00:00.000Z"));
    double t = 0;
    for (qsizetype i = 0; i < cases.size(); ++i)
        writeEvents(cases.at(i).toObject(), QString::number(i + 1), t, text);
    return {text.text(), {}, {}};
}

QByteArray exportVectors(const Capture &capture)
{
    QJsonArray cases;
    const QJsonArray links = capture.header.value(QLatin1String("links")).toArray();
    for (const QJsonValue &each : links) {
        const QJsonObject link = each.toObject();
        const QString id = link.value(QLatin1String("link")).toString();
        QJsonObject vector = link.value(QLatin1String("vector")).toObject();
        QJsonArray exchanges;
        QJsonObject open;
        bool any = false;
        const auto close = [&] {
            if (any)
                exchanges.append(open);
            open = {{QStringLiteral("tx"), QJsonValue()}, {QStringLiteral("rx"), QJsonArray()}};
            any = false;
        };
        close();
        for (const CaptureEvent &event : capture.events) {
            if (event.link != id)
                continue;
            const QString direction = event.value.value(QLatin1String("d")).toString(); // of a document
            const bool tx = event.kind == CaptureEvent::Kind::ToBms || direction == QLatin1String("tx");
            if (tx || event.kind == CaptureEvent::Kind::FromBms || direction == QLatin1String("rx")) {
                const QString characteristic =
                    event.characteristic.isNull() ? QString() : bluetoothUuidText(event.characteristic);
                const QJsonValue data = event.frame ? QJsonValue(candumpText(*event.frame))
                                        : direction.isEmpty()
                                            ? QJsonValue(QString::fromLatin1(event.bytes.toHex()))
                                            : event.value.value(QLatin1String("j"));
                if (event.wasRead) {
                    close();
                    const QJsonObject usual{{QStringLiteral("tx"), QJsonValue()},
                                            {QStringLiteral("rx"), QJsonArray()}};
                    QJsonObject exchange = event.more.value(QLatin1String("exchange")).toObject(usual);
                    exchange.insert(QStringLiteral("read"), characteristic);
                    exchange.insert(QStringLiteral("value"), data);
                    exchanges.append(exchange);
                    continue;
                }
                if (tx) {
                    close();
                    open = event.more;
                    if (!characteristic.isEmpty())
                        open.insert(QStringLiteral("char"), characteristic);
                    open.insert(QStringLiteral("tx"), data);
                    open.insert(QStringLiteral("rx"), QJsonArray());
                } else {
                    QJsonArray rx = open.value(QLatin1String("rx")).toArray();
                    rx.append(data);
                    open.insert(QStringLiteral("rx"), rx);
                }
                any = true;
            } else if (event.kind == CaptureEvent::Kind::Value && event.expected) {
                vector.insert(QStringLiteral("expect"), event.value);
                if (event.more.contains(QLatin1String("extra")))
                    vector.insert(QStringLiteral("expectExtra"), event.more.value(QLatin1String("extra")));
            } else if (event.value.contains(QLatin1String("exchange"))) {
                close();
                open = event.value.value(QLatin1String("exchange")).toObject();
                open.insert(QStringLiteral("tx"), QJsonValue());
                open.insert(QStringLiteral("rx"), QJsonArray());
                any = true;
            }
        }
        close();
        for (const char *key : {"transport", "ble", "config", "source", "bms"}) {
            if (link.contains(QLatin1String(key)))
                vector.insert(QLatin1String(key), link.value(QLatin1String(key)));
        }
        vector.insert(QStringLiteral("name"), link.value(QLatin1String("note")));
        vector.insert(QStringLiteral("exchanges"), exchanges);
        cases.append(vector);
    }
    return QJsonDocument(cases).toJson();
}

} // namespace sb
