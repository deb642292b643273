// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include <QColor>
#include <QGuiApplication>
#include <QQmlComponent>
#include <QQmlEngine>
#include <QTest>
#include <QtQml/QQmlExtensionPlugin>
#include <cmath>

Q_IMPORT_QML_PLUGIN(SerialBatteryPlugin)

namespace {

/// Relative luminance as WCAG 2 defines it.
double luminance(const QColor &colour)
{
    const auto linear = [](double part) {
        return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
           0.0722 * linear(colour.blueF());
}

double contrast(const QColor &one, const QColor &other)
{
    const double a = luminance(one);
    const double b = luminance(other);
    return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

} // namespace

class TestTheme : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QQmlComponent component(&m_engine);
        component.setData("import QtQml\nimport SerialBattery\nQtObject { property QtObject theme: Theme }",
                          QUrl());
        m_holder.reset(component.create());
        QVERIFY2(m_holder, qPrintable(component.errorString()));
        m_theme = m_holder->property("theme").value<QObject *>();
        QVERIFY(m_theme);
    }

    void textIsReadable_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("surface");
        for (const bool dark : {false, true}) {
            const auto rows = [&](std::initializer_list<const char *> texts,
                                  std::initializer_list<const char *> on) {
                for (const char *text : texts) {
                    for (const char *surface : on)
                        QTest::addRow("%s on %s, %s", text, surface, dark ? "dark" : "light")
                            << dark << QByteArray(text) << QByteArray(surface);
                }
            };
            rows({"text", "muted", "accent", "good", "warning", "alarm", "minimum", "maximum"},
                 {"card", "background"});
            rows({"text"}, {"alarmSurface", "warningSurface", "infoSurface"});
            rows({"alarm"}, {"alarmSurface"});
            rows({"warning"}, {"warningSurface"});
            rows({"minimum"}, {"infoSurface"});
            rows({"accentText"}, {"accent"});
        }
    }
    void textIsReadable()
    {
        QFETCH(const bool, dark);
        QFETCH(const QByteArray, text);
        QFETCH(const QByteArray, surface);
        QVERIFY(m_theme->setProperty("dark", dark));
        const auto one = m_theme->property(text.constData()).value<QColor>();
        const auto other = m_theme->property(surface.constData()).value<QColor>();
        QVERIFY(one.isValid() && other.isValid());
        const double found = contrast(one, other);
        QVERIFY2(found >= 4.5, qPrintable(QStringLiteral("contrast %1, WCAG AA wants 4.5").arg(found)));
    }

    void barsStandOut_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void barsStandOut()
    {
        QFETCH(const bool, dark);
        QVERIFY(m_theme->setProperty("dark", dark));
        const auto surface = m_theme->property("card").value<QColor>();
        for (const char *name : {"bar", "minimum", "maximum", "accent"}) {
            const auto colour = m_theme->property(name).value<QColor>();
            QVERIFY(colour.isValid());
            const double found = contrast(colour, surface);
            QVERIFY2(
                found >= 3.0,
                qPrintable(
                    QStringLiteral("%1: contrast %2, WCAG AA wants 3").arg(QLatin1String(name)).arg(found)));
        }
    }

private:
    QQmlEngine m_engine;
    std::unique_ptr<QObject> m_holder;
    QObject *m_theme = nullptr;
};

int main(int argc, char **argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QGuiApplication application(argc, argv);
    TestTheme test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_theme.moc"
