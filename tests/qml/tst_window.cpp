// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/batterylistmodel.h"
#include "samples.h"

#include <QDir>
#include <QGuiApplication>
#include <QQmlApplicationEngine>
#include <QQuickItem>
#include <QQuickWindow>
#include <QSet>
#include <QTest>
#include <QTranslator>
#include <QtQml/QQmlExtensionPlugin>

Q_IMPORT_QML_PLUGIN(SerialBatteryPlugin)

using namespace sb;

namespace {

QStringList warnings;
QtMessageHandler otherHandler = nullptr;

void collect(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    if (type != QtDebugMsg && type != QtInfoMsg)
        warnings.append(message);
    otherHandler(type, context, message);
}

struct ShownText
{
    QString text;
    QRectF rect; ///< of its letters, in the window
    const QQuickItem *item;
};

/// The real window on batteries of the caller.
class Window
{
public:
    Window(std::vector<samples::Battery> batteries, QSize size, bool dark, int view)
        : m_batteries(std::move(batteries))
    {
        for (const samples::Battery &battery : m_batteries)
            m_list.append(battery.get());
        m_engine.setInitialProperties(
            {{QStringLiteral("batteries"), QVariant::fromValue(&m_list)},
             {QStringLiteral("scheme"), dark ? QStringLiteral("dark") : QStringLiteral("light")},
             {QStringLiteral("view"), view},
             {QStringLiteral("width"), size.width()},
             {QStringLiteral("height"), size.height()}});
        m_engine.load(QUrl(QStringLiteral("qrc:/qt-project.org/imports/SerialBattery/Main.qml")));
        m_window = qobject_cast<QQuickWindow *>(m_engine.rootObjects().value(0));
    }
    QQuickWindow *operator->() const { return m_window; }
    explicit operator bool() const { return m_window; }
    BatteryModel *battery(size_t index) { return m_batteries.at(index).get(); }

    /// Every text that is visible, wherever it stands.
    [[nodiscard]] QList<ShownText> texts() const
    {
        QList<ShownText> found;
        collectTexts(m_window->contentItem(), found);
        return found;
    }
    [[nodiscard]] QStringList words() const
    {
        QStringList list;
        for (const ShownText &shown : texts())
            list.append(QString(shown.text).replace(QChar(0xa0), QLatin1Char(' ')));
        return list;
    }

private:
    static void collectTexts(const QQuickItem *item, QList<ShownText> &found)
    {
        if (!item->isVisible() || item->opacity() == 0)
            return;
        const QString text = item->inherits("QQuickText") ? item->property("text").toString() : QString();
        if (!text.isEmpty()) {
            const QSizeF letters(item->property("contentWidth").toDouble(),
                                 item->property("contentHeight").toDouble());
            const auto place = [](double room, double need, int alignment, int end, int center) {
                return alignment == end ? room - need : alignment == center ? (room - need) / 2 : 0.0;
            };
            const QPointF corner(
                place(item->width(), letters.width(), item->property("horizontalAlignment").toInt(),
                      Qt::AlignRight, Qt::AlignHCenter),
                place(item->height(), letters.height(), item->property("verticalAlignment").toInt(),
                      Qt::AlignBottom, Qt::AlignVCenter));
            found.append({text, item->mapRectToScene(QRectF(corner, letters)), item});
        }
        for (const QQuickItem *child : item->childItems())
            collectTexts(child, found);
    }

    std::vector<samples::Battery> m_batteries;
    BatteryListModel m_list;
    QQmlApplicationEngine m_engine;
    QQuickWindow *m_window = nullptr;
};

/// Scrolled out of sight is not clipped: the user can get there.
bool isInsideScrolling(const QQuickItem *item)
{
    for (const QQuickItem *at = item; at; at = at->parentItem()) {
        if (at->inherits("QQuickFlickable") &&
            (at->property("contentHeight").toDouble() > at->height() + 0.5 ||
             at->property("contentWidth").toDouble() > at->width() + 0.5))
            return true;
    }
    return false;
}

/// What is wrong with how the texts stand; empty when nothing.
QStringList faults(const Window &window)
{
    QStringList list;
    const QList<ShownText> texts = window.texts();
    const QRectF all(QPointF(), QSizeF(window->size()));
    for (const ShownText &shown : texts) {
        const QString quoted = QLatin1Char('"') + shown.text + QLatin1Char('"');
        // Names that users give may be of any length: those, and only those, have an ellipsis.
        if (shown.item->property("truncated").toBool() &&
            shown.item->property("elide").toInt() == Qt::ElideNone)
            list.append(quoted + QStringLiteral(" is cut short"));
        if (shown.item->property("contentWidth").toDouble() > shown.item->width() + 0.5)
            list.append(quoted + QStringLiteral(" is wider than its place"));
        if (isInsideScrolling(shown.item))
            continue;
        if (!all.adjusted(-0.5, -0.5, 0.5, 0.5).contains(shown.rect))
            list.append(quoted + QStringLiteral(" is outside the window"));
        for (const QQuickItem *at = shown.item->parentItem(); at; at = at->parentItem()) {
            if (!at->clip() && !at->inherits("QQuickRectangle"))
                continue;
            if (!at->mapRectToScene(QRectF(QPointF(), at->size()))
                     .adjusted(-0.5, -0.5, 0.5, 0.5)
                     .contains(shown.rect))
                list.append(quoted + QStringLiteral(" leaves its frame"));
        }
        for (const ShownText &other : texts) {
            if (&other == &shown || isInsideScrolling(other.item))
                continue;
            const QRectF common = other.rect.intersected(shown.rect);
            if (common.width() > 1 && common.height() > 2)
                list.append(quoted + QStringLiteral(" overlaps \"") + other.text + QLatin1Char('"'));
        }
    }
    return list;
}

int coloursIn(const QImage &image)
{
    QSet<QRgb> colours;
    for (int y = 0; y < image.height(); y += 3) {
        for (int x = 0; x < image.width(); x += 3)
            colours.insert(image.pixel(x, y));
    }
    return static_cast<int>(colours.size());
}

std::vector<samples::Battery> batteriesOf(const QString &name)
{
    std::vector<samples::Battery> list;
    if (name == QLatin1String("discharging"))
        list.push_back(samples::discharging());
    else if (name == QLatin1String("large"))
        list.push_back(samples::large());
    else if (name == QLatin1String("scarce"))
        list.push_back(samples::scarce());
    else if (name == QLatin1String("lost"))
        list.push_back(samples::lost());
    else if (name == QLatin1String("alarmed"))
        list.push_back(samples::alarmed());
    else if (name == QLatin1String("connecting"))
        list.push_back(samples::connecting());
    else if (name == QLatin1String("four")) {
        list.push_back(samples::large());
        list.push_back(samples::small(QStringLiteral("Bow thruster"), 92));
        list.push_back(samples::alarmed());
        list.push_back(samples::lost());
    }
    return list;
}

/// Texts that must be seen, by battery; nothing is said where the small screen has it in another view.
QStringList expectedWords(const QString &name, bool wide, int view)
{
    QStringList words;
    const auto overview = [&](std::initializer_list<const char *> texts) {
        if (wide || view == 0) {
            for (const char *text : texts)
                words.append(QString::fromUtf8(text));
        }
    };
    const auto cells = [&](std::initializer_list<const char *> texts) {
        if (wide || view == 1) {
            for (const char *text : texts)
                words.append(QString::fromUtf8(text));
        }
    };
    const auto details = [&](std::initializer_list<const char *> texts) {
        if (wide || view == 2) {
            for (const char *text : texts)
                words.append(QString::fromUtf8(text));
        }
    };
    if (name == QLatin1String("discharging")) {
        words.append({QStringLiteral("Overkill Solar 48 V 100 A"), QStringLiteral("Live")});
        overview({"71", "52.94", "−38.2", "−2022", "Discharging", "198.8 Ah of 280.0 Ah", "Allowed", "None"});
        cells({"3.302 V", "3.318 V", "16 mV", "▼ min", "▲ max", "⇄", "3.295 V"});
        details({"99 %", "142", "JBD-SP16S020A-L16S-100A", "2.1", "100 %", "21.4 °C", "Sensor 3", "27.5 °C"});
    } else if (name == QLatin1String("large")) {
        overview({"88", "108.32", "92.5", "Charging"});
        cells({"32", "3.380 V", "▲ max"});
        details({"Front left", "Busbar"});
    } else if (name == QLatin1String("scarce")) {
        overview({"55", "26.40", "–"});
        cells({"No cell voltages"});
    } else if (name == QLatin1String("lost")) {
        words.append(QStringLiteral("Lost · 5 min ago"));
        overview({"71", "last known, 5 min ago", "–"});
        cells({"–"});
    } else if (name == QLatin1String("alarmed")) {
        overview({"3", "Blocked", "Alarm", "Warning", "Low cell voltage", "Too cold to charge",
                  "Cell imbalance", "Notice", "Idle", "0.0"});
        cells({"2.402 V", "318 mV"});
        details({"−3.5 °C", "–"});
    } else if (name == QLatin1String("connecting")) {
        words.append({QStringLiteral("Connecting"), QStringLiteral("Waiting for the first reading.")});
        overview({"–"});
    } else if (name == QLatin1String("four")) {
        words.append(
            {QStringLiteral("Bow thruster"), QStringLiteral("92 %"), QStringLiteral("High voltage rack")});
    } else {
        words.append(QStringLiteral("Looking for batteries"));
    }
    return words;
}

} // namespace

class TestWindow : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        m_pictures = QDir(QCoreApplication::applicationDirPath() + QStringLiteral("/pictures"));
        QVERIFY(m_pictures.mkpath(QStringLiteral(".")));
        otherHandler = qInstallMessageHandler(collect);
    }
    void cleanupTestCase() { qInstallMessageHandler(nullptr); }
    void init() { warnings.clear(); }

    void showsBatteries_data()
    {
        QTest::addColumn<QString>("batteries");
        QTest::addColumn<QSize>("size");
        QTest::addColumn<bool>("dark");
        QTest::addColumn<int>("view");
        for (const char *name :
             {"discharging", "large", "scarce", "lost", "alarmed", "connecting", "four", "none"}) {
            for (const bool dark : {false, true}) {
                const char *scheme = dark ? "dark" : "light";
                QTest::addRow("%s-1280x800-%s", name, scheme)
                    << QString::fromLatin1(name) << QSize(1280, 800) << dark << 0;
                for (int view = 0; view < 3; ++view) {
                    if (dark && view > 0 && qstrcmp(name, "discharging") != 0)
                        continue;
                    if (view > 0 && qstrcmp(name, "none") == 0)
                        continue;
                    const char *views[] = {"overview", "cells", "details"};
                    QTest::addRow("%s-800x480-%s-%s", name, views[view], scheme)
                        << QString::fromLatin1(name) << QSize(800, 480) << dark << view;
                }
            }
        }
    }
    void showsBatteries()
    {
        QFETCH(const QString, batteries);
        QFETCH(const QSize, size);
        QFETCH(const bool, dark);
        QFETCH(const int, view);
        const Window window(batteriesOf(batteries), size, dark, view);
        QVERIFY(window);
        QVERIFY(QTest::qWaitForWindowExposed(window.operator->()));
        const QImage image = window->grabWindow();
        const QString file =
            m_pictures.filePath(QString::fromLatin1(QTest::currentDataTag()) + QStringLiteral(".png"));
        QVERIFY2(image.save(file), qPrintable(file));
        QCOMPARE(image.size(), size);
        QVERIFY(coloursIn(image) > 12);
        const int background = qGray(image.pixel(2, 2));
        QVERIFY2(dark ? background < 60 : background > 200, "the colour scheme was not followed");
        const QStringList wrong = faults(window);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(QLatin1Char('\n'))));
        const QStringList words = window.words();
        for (const QString &word : expectedWords(batteries, size.width() > 1000, view))
            QVERIFY2(words.contains(word),
                     qPrintable(word + QStringLiteral(" is not in: ") + words.join(QStringLiteral(" | "))));
        QCOMPARE(warnings, QStringList());
    }

    void speaksGerman_data()
    {
        QTest::addColumn<QSize>("size");
        QTest::newRow("german-1280x800") << QSize(1280, 800);
        QTest::newRow("german-800x480") << QSize(800, 480);
    }
    void speaksGerman()
    {
        QFETCH(const QSize, size);
        QTranslator translator;
        QVERIFY(translator.load(QStringLiteral(":/i18n/serialbattery_de.qm")));
        QVERIFY(!translator.isEmpty());
        QCoreApplication::installTranslator(&translator);
        QLocale::setDefault(QLocale(QLocale::German, QLocale::Germany));
        const Window window(batteriesOf(QStringLiteral("alarmed")), size, false, 0);
        QVERIFY(window);
        QVERIFY(QTest::qWaitForWindowExposed(window.operator->()));
        const QImage image = window->grabWindow();
        QVERIFY(image.save(
            m_pictures.filePath(QString::fromLatin1(QTest::currentDataTag()) + QStringLiteral(".png"))));
        const QStringList words = window.words();
        QLocale::setDefault(QLocale::c());
        for (const char *word :
             {"Ladezustand", "Spannung", "43,12", "Gesperrt", "Zu kalt zum Laden", "Warnung"})
            QVERIFY2(words.contains(QString::fromUtf8(word)), word);
        const QStringList wrong = faults(window);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(QLatin1Char('\n'))));
        QCOMPARE(warnings, QStringList());
    }

    void followsItsBattery()
    {
        std::vector<samples::Battery> batteries = batteriesOf(QStringLiteral("four"));
        BatteryListModel list;
        QQmlApplicationEngine engine;
        engine.setInitialProperties({{QStringLiteral("batteries"), QVariant::fromValue(&list)}});
        engine.load(QUrl(QStringLiteral("qrc:/qt-project.org/imports/SerialBattery/Main.qml")));
        auto *window = qobject_cast<QQuickWindow *>(engine.rootObjects().value(0));
        QVERIFY(window);
        const auto shown = [&] { return window->property("battery").value<BatteryModel *>(); };
        QCOMPARE(shown(), nullptr);
        list.append(batteries[0].get());
        list.append(batteries[1].get());
        QCOMPARE(shown(), batteries[0].get());
        window->setProperty("current", 1);
        QCOMPARE(shown(), batteries[1].get());
        engine.collectGarbage();
        // One goes, as when its port is unplugged: the window must neither keep it nor delete another.
        batteries.erase(batteries.begin() + 1);
        QTRY_COMPARE(shown(), batteries[0].get());
        list.remove(batteries[0].get());
        QTRY_COMPARE(shown(), nullptr);
        QCOMPARE(warnings, QStringList());
    }

private:
    QDir m_pictures;
};

int main(int argc, char **argv)
{
    // The same picture on every machine: no graphics card, no desktop settings.
    qputenv("QT_QPA_PLATFORM", "offscreen");
    qputenv("QT_QUICK_BACKEND", "software");
    QLocale::setDefault(QLocale::c());
    QGuiApplication application(argc, argv);
    TestWindow test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_window.moc"
