// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controlscenario.h"
#include "config/configuration.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace sb;

/// Runs the project's own scenarios of charge control (tests/control/scenarios) and compares what comes out
/// with what was worked out by hand. An expectation holds only the fields that it is about.
class TestControlScenarios : public QObject
{
    Q_OBJECT
private slots:
    void decidesAsWorkedOut_data()
    {
        QTest::addColumn<QString>("path");
        const QDir folder(QStringLiteral(SB_SOURCE_DIR "/tests/control/scenarios"));
        const QStringList names = folder.entryList({QStringLiteral("*.scenario.jsonl")});
        QVERIFY(names.size() >= 14);
        for (const QString &name : names)
            QTest::newRow(qUtf8Printable(name.section(QLatin1Char('.'), 0, 0))) << folder.filePath(name);
    }
    void decidesAsWorkedOut()
    {
        QFETCH(const QString, path);
        ControlScenario scenario;
        QCOMPARE(scenario.load(read(path)), QString());
        config::Configuration configuration;
        configuration.readValues(scenario.configuration());
        QHash<double, QJsonObject> actual;
        scenario.run(config::controlSettings(configuration), [&actual](const QJsonObject &line) {
            actual.insert(line.value(QLatin1String("t")).toDouble(), line);
        });
        QString tracePath = path;
        tracePath.replace(QLatin1String(".scenario."), QLatin1String(".trace."));
        int compared = 0;
        for (const QByteArray &text : read(tracePath).split('\n')) {
            const QJsonObject expected = QJsonDocument::fromJson(text).object();
            if (expected.isEmpty())
                continue;
            const double t = expected.value(QLatin1String("t")).toDouble();
            QVERIFY2(actual.contains(t), qPrintable(QStringLiteral("no line at %1 s").arg(t)));
            for (auto it = expected.begin(); it != expected.end(); ++it) {
                const QJsonValue got = actual.value(t).value(it.key());
                QVERIFY2(same(it.value(), got),
                         qPrintable(QStringLiteral("%1 s, %2: expected %3, got %4")
                                        .arg(t)
                                        .arg(it.key(), shown(it.value()), shown(got))));
                ++compared;
            }
        }
        QVERIFY(compared > 1);
    }

private:
    static QByteArray read(const QString &path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    static QString shown(const QJsonValue &value)
    {
        return QString::fromUtf8(QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact));
    }
    static bool same(const QJsonValue &expected, const QJsonValue &got)
    {
        constexpr double tolerance = 0.0051;
        if (expected.isObject()) {
            const QJsonObject range = expected.toObject();
            return got.isDouble() && got.toDouble() >= range.value(QLatin1String("min")).toDouble() &&
                   got.toDouble() <= range.value(QLatin1String("max")).toDouble();
        }
        if (expected.isDouble() && got.isDouble())
            return std::abs(expected.toDouble() - got.toDouble()) <= tolerance;
        return expected == got || (expected.isNull() && got.isUndefined());
    }
};

QTEST_APPLESS_MAIN(TestControlScenarios)
#include "tst_controlscenarios.moc"
