<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AfterRain</name>
    <message>
        <source>1 area kept</source>
        <translation>已保留 1 处区域</translation>
    </message>
    <message>
        <source>1 core</source>
        <translation>1 个核心</translation>
    </message>
    <message>
        <source>100 %</source>
        <translation>100 %</translation>
    </message>
    <message>
        <source>16 bits per channel became 8.</source>
        <translation>每通道 16 位已变为 8 位。</translation>
    </message>
    <message>
        <source>200 %</source>
        <translation>200 %</translation>
    </message>
    <message>
        <source>285 photos out of Debian, npm and PyPI packages, rain drawn on them</source>
        <translation>来自 Debian、npm 和 PyPI 软件包的 285 张照片，绘上了雨</translation>
    </message>
    <message>
        <source>A batch is running</source>
        <translation>批处理正在运行</translation>
    </message>
    <message>
        <source>A colour space without an ICC profile is not kept.</source>
        <translation>没有 ICC 配置文件的色彩空间不会保留。</translation>
    </message>
    <message>
        <source>A file's name cannot contain that.</source>
        <translation>文件名不能包含这些字符。</translation>
    </message>
    <message>
        <source>A model named {id} already exists.</source>
        <translation>名为 {id} 的模型已存在。</translation>
    </message>
    <message>
        <source>A name ends in {field}.</source>
        <translation>名称必须以 {field} 结尾。</translation>
    </message>
    <message>
        <source>A rainy sample. Click Derain to remove the rain, or drop your own photo.</source>
        <translation>这是一张雨天的示例照片。点击“去雨”即可去除雨丝，也可以把自己的照片拖到这里。</translation>
    </message>
    <message>
        <source>About AfterRain</source>
        <translation>关于 AfterRain</translation>
    </message>
    <message>
        <source>About this model</source>
        <translation>关于此模型</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Add a folder and its subfolders to the batch</source>
        <translation>将一个文件夹及其子文件夹加入批处理</translation>
    </message>
    <message>
        <source>Add folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Add one of these to it: {allowed}.</source>
        <translation>请在其中加入以下任一项：{allowed}。</translation>
    </message>
    <message>
        <source>Add photos</source>
        <translation>添加照片</translation>
    </message>
    <message>
        <source>Add photos to the batch</source>
        <translation>将照片加入批处理</translation>
    </message>
    <message>
        <source>Add photos…</source>
        <translation>添加照片…</translation>
    </message>
    <message>
        <source>Add your own model (.safetensors or .pth)</source>
        <translation>添加您自己的模型（.safetensors 或 .pth）</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>高级</translation>
    </message>
    <message>
        <source>Advanced: a template for the name</source>
        <translation>高级：使用名称模板</translation>
    </message>
    <message>
        <source>After</source>
        <translation>去雨后</translation>
    </message>
    <message>
        <source>After: in part</source>
        <translation>去雨后：部分完成</translation>
    </message>
    <message>
        <source>After: not derained yet</source>
        <translation>去雨后：尚未处理</translation>
    </message>
    <message>
        <source>AfterRain did not close properly. Restore the work on {name}? Its rain is computed again.</source>
        <translation>AfterRain 上次未正常退出。要恢复对 {name} 的编辑吗？雨会重新计算。</translation>
    </message>
    <message>
        <source>AfterRain does not download photos. Save the picture, then open its file.</source>
        <translation>AfterRain 不下载照片。请先保存图片，再打开该文件。</translation>
    </message>
    <message>
        <source>AfterRain does not use {first} here, because its results are wrong.</source>
        <translation>AfterRain 在此不使用 {first}，因为其结果有误。</translation>
    </message>
    <message>
        <source>AfterRain does not use {first}, because it crashed when tried.</source>
        <translation>AfterRain 不使用 {first}，因为测试时它崩溃了。</translation>
    </message>
    <message>
        <source>AfterRain does not use {first}, because it failed when tried.</source>
        <translation>AfterRain 不使用 {first}，因为测试时它失败了。</translation>
    </message>
    <message>
        <source>AfterRain does not use {first}, because its free memory is too small.</source>
        <translation>AfterRain 不使用 {first}，因为其可用内存太小。</translation>
    </message>
    <message>
        <source>AfterRain does not use {first}, because this PyTorch does not support it.</source>
        <translation>AfterRain 不使用 {first}，因为此 PyTorch 不支持它。</translation>
    </message>
    <message>
        <source>AfterRain failed unexpectedly; your photo is unchanged. See the log for details.</source>
        <translation>AfterRain 发生意外错误；您的照片没有改变。详情请查看日志。</translation>
    </message>
    <message>
        <source>AfterRain is free software under the MIT licence. The packages that it uses are installed beside it, each with its own licence. A bundle contains them, and lists them here.</source>
        <translation>AfterRain 是以 MIT 许可证发布的自由软件。它所用的软件包与它一同安装，各有自己的许可证。打包版本自带这些软件包，并在此列出。</translation>
    </message>
    <message>
        <source>AfterRain {version} removes rain from photos, on your own computer.</source>
        <translation>AfterRain {version} 在您自己的电脑上为照片去雨。</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>所有文件</translation>
    </message>
    <message>
        <source>All of the authors' models are already here.</source>
        <translation>作者发布的模型均已添加。</translation>
    </message>
    <message>
        <source>All photos</source>
        <translation>所有照片</translation>
    </message>
    <message>
        <source>All tiles are done</source>
        <translation>所有图块均已完成</translation>
    </message>
    <message>
        <source>All-round</source>
        <translation>通用</translation>
    </message>
    <message>
        <source>An ICC file of your screen, if the desktop has none.</source>
        <translation>显示器的 ICC 文件，仅在系统未提供时需要。</translation>
    </message>
    <message>
        <source>Another batch is running in {path} (process {pid} on {host}).</source>
        <translation>另一个批处理正在 {path} 中运行（{host} 上的进程 {pid}）。</translation>
    </message>
    <message>
        <source>Another program's result…</source>
        <translation>其他程序的结果…</translation>
    </message>
    <message>
        <source>Apple graphics (untested)</source>
        <translation>Apple 显卡（未经测试）</translation>
    </message>
    <message>
        <source>Arrange them as one of: {layouts}.</source>
        <translation>请按以下布局之一排列：{layouts}。</translation>
    </message>
    <message>
        <source>As the photo</source>
        <translation>与照片相同</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Ask its author for a .safetensors file.</source>
        <translation>请向作者索取 .safetensors 文件。</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Automatic uses OpenVINO here: {times} times as fast as PyTorch.</source>
        <translation>“自动”在此处使用 OpenVINO：速度是 PyTorch 的 {times} 倍。</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Back to 100 %</source>
        <translation>恢复为 100 %</translation>
    </message>
    <message>
        <source>Backend</source>
        <translation>后端</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>批处理</translation>
    </message>
    <message>
        <source>Batch finished</source>
        <translation>批处理已完成</translation>
    </message>
    <message>
        <source>Batch: {progress}</source>
        <translation>批处理：{progress}</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>去雨前</translation>
    </message>
    <message>
        <source>Before / After</source>
        <translation>前后对比</translation>
    </message>
    <message>
        <source>Beside the photo</source>
        <translation>照片所在文件夹</translation>
    </message>
    <message>
        <source>Black and white became 8-bit grey.</source>
        <translation>黑白二值已转换为 8 位灰度。</translation>
    </message>
    <message>
        <source>Black: like the photo without rain. Yellow: far from it</source>
        <translation>黑色：与无雨照片一致；黄色：相差很大</translation>
    </message>
    <message>
        <source>Blind test</source>
        <translation>盲测</translation>
    </message>
    <message>
        <source>Brighter overall, by {levels} of 255.</source>
        <translation>整体变亮 {levels}/255。</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>画笔</translation>
    </message>
    <message>
        <source>Brush size</source>
        <translation>画笔大小</translation>
    </message>
    <message>
        <source>CMYK became sRGB.</source>
        <translation>CMYK 已转换为 sRGB。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Channels beyond colour and transparency are not kept.</source>
        <translation>颜色和透明度以外的通道不会保留。</translation>
    </message>
    <message>
        <source>Check its disk, or copy the file again if it is damaged.</source>
        <translation>请检查所在磁盘；如果文件已损坏，请重新复制。</translation>
    </message>
    <message>
        <source>Check its disk, or delete the journal if it is damaged.</source>
        <translation>请检查所在磁盘；如果日志已损坏，请将其删除。</translation>
    </message>
    <message>
        <source>Check its permissions.</source>
        <translation>请检查它的权限。</translation>
    </message>
    <message>
        <source>Check the address, the TLS files and that a scheduler runs there.</source>
        <translation>请检查地址、TLS 文件，以及那里是否运行着调度器。</translation>
    </message>
    <message>
        <source>Check the name, and that its disk is connected.</source>
        <translation>请检查名称，并确认磁盘已连接。</translation>
    </message>
    <message>
        <source>Check the network connection, then try again.</source>
        <translation>请检查网络连接，然后重试。</translation>
    </message>
    <message>
        <source>Check tiling</source>
        <translation>检查图块</translation>
    </message>
    <message>
        <source>Checking the tiles needs a photo and a model.</source>
        <translation>检查图块需要一张照片和一个模型。</translation>
    </message>
    <message>
        <source>Checking the tiles…</source>
        <translation>正在检查图块…</translation>
    </message>
    <message>
        <source>Choose Automatic in Settings.</source>
        <translation>请在设置中选择“自动”。</translation>
    </message>
    <message>
        <source>Choose a .safetensors file, or a .pth file of the NLEDN authors.</source>
        <translation>请选择 .safetensors 文件，或 NLEDN 作者的 .pth 文件。</translation>
    </message>
    <message>
        <source>Choose a file instead.</source>
        <translation>请改选普通文件。</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>选择文件夹</translation>
    </message>
    <message>
        <source>Choose a folder that you can write to.</source>
        <translation>请选择一个您有写入权限的文件夹。</translation>
    </message>
    <message>
        <source>Choose a model that you added.</source>
        <translation>请选择您自己添加的模型。</translation>
    </message>
    <message>
        <source>Choose a photo with at least {limit_px} pixels per side.</source>
        <translation>请选择每边至少 {limit_px} 像素的照片。</translation>
    </message>
    <message>
        <source>Choose a result of the same size.</source>
        <translation>请选择尺寸相同的结果。</translation>
    </message>
    <message>
        <source>Choose a shorter name.</source>
        <translation>请换一个较短的名称。</translation>
    </message>
    <message>
        <source>Choose an NLEDN model.</source>
        <translation>请选择 NLEDN 模型。</translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation>请选择其他文件。</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>请选择其他文件夹。</translation>
    </message>
    <message>
        <source>Choose another model.</source>
        <translation>请选择其他模型。</translation>
    </message>
    <message>
        <source>Choose another name or folder.</source>
        <translation>请选择其他名称或文件夹。</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>请选择其他名称。</translation>
    </message>
    <message>
        <source>Choose another profile.</source>
        <translation>请选择其他配置文件。</translation>
    </message>
    <message>
        <source>Choose the folder of the results</source>
        <translation>选择结果文件夹</translation>
    </message>
    <message>
        <source>Choose the processor in Settings.</source>
        <translation>请在设置中选择处理器。</translation>
    </message>
    <message>
        <source>Choose to replace or rename existing results.</source>
        <translation>请选择替换或重命名已存在的结果。</translation>
    </message>
    <message>
        <source>Choose two photos of the same size.</source>
        <translation>请选择两张同样大小的照片。</translation>
    </message>
    <message>
        <source>Chooses the model by the rain in the photo</source>
        <translation>根据照片中的雨选用合适的模型</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清除</translation>
    </message>
    <message>
        <source>Clear kept area</source>
        <translation>清除保留区域</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Close other programs and try again, or install AfterRain again.</source>
        <translation>请关闭其他程序后重试，或重新安装 AfterRain。</translation>
    </message>
    <message>
        <source>Close other programs that watch folders, or try again later.</source>
        <translation>请关闭其他监视文件夹的程序，或稍后重试。</translation>
    </message>
    <message>
        <source>Close other programs, or choose smaller tiles in Settings.</source>
        <translation>请关闭其他程序，或在设置中选择更小的图块。</translation>
    </message>
    <message>
        <source>Close other programs, or copy the file again if it is damaged.</source>
        <translation>请关闭其他程序；如果文件已损坏，请重新复制。</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>关闭此消息</translation>
    </message>
    <message>
        <source>Closing after this tile…</source>
        <translation>完成此图块后关闭…</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Compare one more: a model, or a picture</source>
        <translation>再比较一个：模型或图片</translation>
    </message>
    <message>
        <source>Comparison</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Compute only the visible part</source>
        <translation>只计算可见部分</translation>
    </message>
    <message>
        <source>Compute the missing tiles (Ctrl+D)</source>
        <translation>计算剩余的图块 (Ctrl+D)</translation>
    </message>
    <message>
        <source>Compute the rest of the photo</source>
        <translation>计算照片的其余部分</translation>
    </message>
    <message>
        <source>Compute the visible part at once and in tiles, and compare</source>
        <translation>将可见部分整体计算一次、分图块计算一次，并作比较</translation>
    </message>
    <message>
        <source>Content credentials are not kept.</source>
        <translation>内容凭证不会保留。</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Continue now</source>
        <translation>立即继续</translation>
    </message>
    <message>
        <source>Continue with the next tile</source>
        <translation>从下一个图块继续</translation>
    </message>
    <message>
        <source>Copy it again from the camera or a backup.</source>
        <translation>请从相机或备份中重新复制。</translation>
    </message>
    <message>
        <source>Copy it again, or open what is there.</source>
        <translation>请重新复制，或打开现有部分。</translation>
    </message>
    <message>
        <source>Copy it again, or save it again with another program.</source>
        <translation>请重新复制，或用其他程序另存一次。</translation>
    </message>
    <message>
        <source>Copy result</source>
        <translation>拷贝结果</translation>
    </message>
    <message>
        <source>Copy settings</source>
        <translation>拷贝设置</translation>
    </message>
    <message>
        <source>Correct or stop that worker, then start the batch again.</source>
        <translation>请修复或停止该工作进程，然后重新开始批处理。</translation>
    </message>
    <message>
        <source>Create it, or choose another folder.</source>
        <translation>请创建它，或选择其他文件夹。</translation>
    </message>
    <message>
        <source>Create the folder, or end the name in .jpg, .png, .tif, .webp, .bmp or .jxl.</source>
        <translation>请创建该文件夹，或使文件名以 .jpg、.png、.tif、.webp、.bmp 或 .jxl 结尾。</translation>
    </message>
    <message>
        <source>Crossing of the wipe, at {x} % and {y} %</source>
        <translation>分割交点，位于 {x} % 和 {y} %</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Darker by {levels} of 255: keep brightness?</source>
        <translation>变暗了 {levels} 级（共 255 级）：保持亮度？</translation>
    </message>
    <message>
        <source>Darker overall, by {levels} of 255.</source>
        <translation>整体变暗 {levels}/255。</translation>
    </message>
    <message>
        <source>Data behind the picture is not kept.</source>
        <translation>图片之后的数据不会保留。</translation>
    </message>
    <message>
        <source>Data of other programs is not kept ({count}).</source>
        <translation>其他程序的数据不会保留（{count}）。</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Dense rain and mist</source>
        <translation>浓雨与雾</translation>
    </message>
    <message>
        <source>Derain</source>
        <translation>去雨</translation>
    </message>
    <message>
        <source>Derain all {count}…</source>
        <translation>全部去雨（{count} 张）…</translation>
    </message>
    <message>
        <source>Derain it alone on one machine.</source>
        <translation>请在一台机器上单独对它去雨。</translation>
    </message>
    <message>
        <source>Derain selected…</source>
        <translation>对所选照片去雨…</translation>
    </message>
    <message>
        <source>Derain the photos of a folder, and new ones</source>
        <translation>对文件夹中的照片以及之后放入的每张照片去雨</translation>
    </message>
    <message>
        <source>Derain the planned photos</source>
        <translation>为待处理的照片去雨</translation>
    </message>
    <message>
        <source>Derained</source>
        <translation>已去雨</translation>
    </message>
    <message>
        <source>Developed from RAW with the camera's white balance.</source>
        <translation>已按相机白平衡从 RAW 显影。</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Devices are still being detected. Open Settings again in a moment.</source>
        <translation>正在检测设备，请稍后再打开设置。</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>Divider between before and after</source>
        <translation>前后之间的分隔线</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Download what is missing from {url}.</source>
        <translation>请从 {url} 下载缺少的部分。</translation>
    </message>
    <message>
        <source>Drag the result to another program</source>
        <translation>将结果拖到其他程序</translation>
    </message>
    <message>
        <source>Drag to compare; or use the arrow keys</source>
        <translation>拖动以比较；也可用方向键</translation>
    </message>
    <message>
        <source>Drag to compare; or use the arrow keys, Home and End</source>
        <translation>拖动以比较；也可使用方向键、Home 和 End</translation>
    </message>
    <message>
        <source>Draw a rectangle in which to measure</source>
        <translation>画一个矩形，只在其中测量</translation>
    </message>
    <message>
        <source>Drop a rainy photo here</source>
        <translation>将雨中的照片拖到这里</translation>
    </message>
    <message>
        <source>Drop photos or folders here</source>
        <translation>将照片或文件夹拖到这里</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>编辑</translation>
    </message>
    <message>
        <source>Edit presets…</source>
        <translation>编辑预设…</translation>
    </message>
    <message>
        <source>Enlarge small photos to fit</source>
        <translation>适应窗口时放大小照片</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>回车键</translation>
    </message>
    <message>
        <source>Erase the kept area (E)</source>
        <translation>擦除保留区域 (E)</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>橡皮擦</translation>
    </message>
    <message>
        <source>Error maps</source>
        <translation>误差图</translation>
    </message>
    <message>
        <source>Error maps need the photo without rain: Add, Photo without rain…</source>
        <translation>误差图需要无雨照片：添加 → 无雨照片…</translation>
    </message>
    <message>
        <source>Every photo before and after, with details</source>
        <translation>每张照片去雨前后的对比和详细信息</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Export comparison</source>
        <translation>导出比较结果</translation>
    </message>
    <message>
        <source>Export its frames as photos, then open those.</source>
        <translation>请先将各帧导出为照片，再打开它们。</translation>
    </message>
    <message>
        <source>Export presets</source>
        <translation>导出预设</translation>
    </message>
    <message>
        <source>Export rain layer</source>
        <translation>导出雨层</translation>
    </message>
    <message>
        <source>Export rain layer…</source>
        <translation>导出雨层…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Extended XMP is incomplete and is not kept.</source>
        <translation>扩展 XMP 不完整，不会保留。</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Fetched {title}.</source>
        <translation>已获取 {title}。</translation>
    </message>
    <message>
        <source>Fetching {title}: {percent} %</source>
        <translation>正在获取 {title}：{percent} %</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>File not found: {path}.</source>
        <translation>找不到文件：{path}。</translation>
    </message>
    <message>
        <source>Finish first</source>
        <translation>先完成</translation>
    </message>
    <message>
        <source>Finished photos are kept; the next start continues with the rest.</source>
        <translation>已完成的照片会保留；下次启动时可继续处理其余照片。</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>适合窗口</translation>
    </message>
    <message>
        <source>Fit or 100 %</source>
        <translation>适合窗口或 100 %</translation>
    </message>
    <message>
        <source>Floating point became {count} bits per channel, cut to 0 to 1.</source>
        <translation>浮点数据已转换为每通道 {count} 位，并限制在 0 到 1 之间。</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Folder not found: {path}.</source>
        <translation>找不到文件夹：{path}。</translation>
    </message>
    <message>
        <source>Folder of the results</source>
        <translation>结果文件夹</translation>
    </message>
    <message>
        <source>Folder or list not found: {path}.</source>
        <translation>找不到文件夹或列表：{path}。</translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation>文件夹…</translation>
    </message>
    <message>
        <source>For JPEG, WebP and JPEG XL; PNG and TIFF are lossless.</source>
        <translation>用于 JPEG、WebP 和 JPEG XL；PNG 和 TIFF 为无损。</translation>
    </message>
    <message>
        <source>For dense rain and mist: it takes more, and may take some of the veil and of fine detail. Trained by AfterRain.</source>
        <translation>适合浓雨与雾：去除得更多，可能也会去掉部分雨幕和细节。由 AfterRain 训练。</translation>
    </message>
    <message>
        <source>For sparse rain: it keeps twigs, wires and letters. Trained by AfterRain.</source>
        <translation>适合稀疏的雨：保留细枝、电线和文字。由 AfterRain 训练。</translation>
    </message>
    <message>
        <source>For the web, 2048 px</source>
        <translation>网页用，2048 像素</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Free some space or choose another disk, then try again.</source>
        <translation>请腾出空间或选择其他磁盘，然后重试。</translation>
    </message>
    <message>
        <source>From the desktop, else sRGB</source>
        <translation>采用系统的设置，没有则用 sRGB</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>全屏</translation>
    </message>
    <message>
        <source>Full size</source>
        <translation>原始尺寸</translation>
    </message>
    <message>
        <source>Get</source>
        <translation>获取</translation>
    </message>
    <message>
        <source>Get it again from its source, then add it again.</source>
        <translation>请从原处重新获取，再重新添加。</translation>
    </message>
    <message>
        <source>Get it again from its source.</source>
        <translation>请从原处重新获取。</translation>
    </message>
    <message>
        <source>Get models</source>
        <translation>获取模型</translation>
    </message>
    <message>
        <source>Get more…</source>
        <translation>获取更多…</translation>
    </message>
    <message>
        <source>Get the models that the paper's authors published</source>
        <translation>获取论文作者发布的模型</translation>
    </message>
    <message>
        <source>Give back the light that goes with the rain</source>
        <translation>补回随雨一起减去的亮度</translation>
    </message>
    <message>
        <source>Graphics card</source>
        <translation>显卡</translation>
    </message>
    <message>
        <source>Graphics card {number}</source>
        <translation>显卡 {number}</translation>
    </message>
    <message>
        <source>Grey: no rain. Brighter: removed rain</source>
        <translation>灰色：无雨；越亮：去除的雨越多</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>Hide the names</source>
        <translation>隐藏名称</translation>
    </message>
    <message>
        <source>How much of the rain is removed</source>
        <translation>去除多少雨</translation>
    </message>
    <message>
        <source>ICC profiles</source>
        <translation>ICC 配置文件</translation>
    </message>
    <message>
        <source>If it exists</source>
        <translation>若已存在</translation>
    </message>
    <message>
        <source>Import model</source>
        <translation>导入模型</translation>
    </message>
    <message>
        <source>Import model…</source>
        <translation>导入模型…</translation>
    </message>
    <message>
        <source>Imported {title}.</source>
        <translation>已导入 {title}。</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>导入…</translation>
    </message>
    <message>
        <source>In this folder: {counts}.</source>
        <translation>此文件夹中：{counts}。</translation>
    </message>
    <message>
        <source>Install AfterRain with its cluster extra.</source>
        <translation>请安装带有 cluster 附加组件的 AfterRain。</translation>
    </message>
    <message>
        <source>Install the edition of AfterRain with PyTorch.</source>
        <translation>请安装带有 PyTorch 的 AfterRain 版本。</translation>
    </message>
    <message>
        <source>Install the same version of AfterRain on all its machines.</source>
        <translation>请在集群的所有机器上安装相同版本的 AfterRain。</translation>
    </message>
    <message>
        <source>Instead: {where}, {how}.</source>
        <translation>改用{where}（{how}）。</translation>
    </message>
    <message>
        <source>Invalid {option}: {found}.</source>
        <translation>{option} 的值无效：{found}。</translation>
    </message>
    <message>
        <source>It stays on this computer. Your file is never changed.</source>
        <translation>照片只留在这台电脑上，原文件绝不会被更改。</translation>
    </message>
    <message>
        <source>Its present content will be lost.</source>
        <translation>其现有内容将会丢失。</translation>
    </message>
    <message>
        <source>JPEG XL quality {quality}</source>
        <translation>JPEG XL 质量 {quality}</translation>
    </message>
    <message>
        <source>JPEG quality {quality}, {colour}</source>
        <translation>JPEG 质量 {quality}，{colour}</translation>
    </message>
    <message>
        <source>Keep all</source>
        <translation>全部保留</translation>
    </message>
    <message>
        <source>Keep area</source>
        <translation>保留区域</translation>
    </message>
    <message>
        <source>Keep area: brush</source>
        <translation>保留区域：画笔</translation>
    </message>
    <message>
        <source>Keep area: eraser</source>
        <translation>保留区域：橡皮擦</translation>
    </message>
    <message>
        <source>Keep brightness</source>
        <translation>保持亮度</translation>
    </message>
    <message>
        <source>Keep the file's date</source>
        <translation>保留文件日期</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Larger brush</source>
        <translation>增大画笔</translation>
    </message>
    <message>
        <source>Larger photos are reduced; none is enlarged.</source>
        <translation>较大的照片会缩小，不会放大。</translation>
    </message>
    <message>
        <source>Leave out all</source>
        <translation>全部去除</translation>
    </message>
    <message>
        <source>Leave out the location</source>
        <translation>去除位置信息</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Light rain, keep detail</source>
        <translation>小雨，保留细节</translation>
    </message>
    <message>
        <source>Little rain found</source>
        <translation>几乎没有找到雨</translation>
    </message>
    <message>
        <source>Little rain found: try {model}</source>
        <translation>几乎没有找到雨：试试“{model}”</translation>
    </message>
    <message>
        <source>Loading the models…</source>
        <translation>正在加载模型…</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>正在加载模型…</translation>
    </message>
    <message>
        <source>Longest side</source>
        <translation>长边</translation>
    </message>
    <message>
        <source>Looking for photos…</source>
        <translation>正在查找照片…</translation>
    </message>
    <message>
        <source>Manual</source>
        <translation>手册</translation>
    </message>
    <message>
        <source>Measured in the rectangle, {size}.</source>
        <translation>在矩形内测量，{size}。</translation>
    </message>
    <message>
        <source>Measured on the visible part, {size}.</source>
        <translation>在可见部分测量，{size}。</translation>
    </message>
    <message>
        <source>Measured on the whole photo.</source>
        <translation>在整张照片上测量。</translation>
    </message>
    <message>
        <source>Metadata</source>
        <translation>元数据</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Model: {model}; strength {strength} %, as chosen beside the photo.</source>
        <translation>模型：{model}；强度 {strength} %，与照片旁的设置相同。</translation>
    </message>
    <message>
        <source>Model: {model}; strength {strength} %, brightness kept, as chosen beside the photo.</source>
        <translation>模型：{model}；强度 {strength} %，保持亮度，与照片旁的设置相同。</translation>
    </message>
    <message>
        <source>Model: {name}</source>
        <translation>模型：{name}</translation>
    </message>
    <message>
        <source>Model: {name} ({reason})</source>
        <translation>模型：{name}（{reason}）</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Move only one pane of a comparison</source>
        <translation>单独移动比较中的一个画面</translation>
    </message>
    <message>
        <source>Move the divider</source>
        <translation>移动分隔线</translation>
    </message>
    <message>
        <source>Move the photo</source>
        <translation>移动照片</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Nearly nothing changed.</source>
        <translation>几乎没有变化。</translation>
    </message>
    <message>
        <source>New preset</source>
        <translation>新建预设</translation>
    </message>
    <message>
        <source>Next photo</source>
        <translation>下一张照片</translation>
    </message>
    <message>
        <source>Next photo in the single view</source>
        <translation>单图视图中的下一张照片</translation>
    </message>
    <message>
        <source>No difference</source>
        <translation>没有差别</translation>
    </message>
    <message>
        <source>No graphics card is used: none with a working driver was found.</source>
        <translation>未使用显卡：没有找到驱动正常的显卡。</translation>
    </message>
    <message>
        <source>No graphics card is used: this PyTorch is for the processor only.</source>
        <translation>未使用显卡：此 PyTorch 只支持处理器。</translation>
    </message>
    <message>
        <source>No graphics card is used: this edition has no PyTorch, which would compute there.</source>
        <translation>未使用显卡：此版本不含可在显卡上计算的 PyTorch。</translation>
    </message>
    <message>
        <source>No graphics card is used: {reason}.</source>
        <translation>未使用显卡：{reason}。</translation>
    </message>
    <message>
        <source>No preview</source>
        <translation>无预览</translation>
    </message>
    <message>
        <source>No scheduler answers at {address} ({detail}).</source>
        <translation>{address} 没有调度器应答（{detail}）。</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>暂无</translation>
    </message>
    <message>
        <source>Not enough memory on {device}, even for tiles of {tile_px} px.</source>
        <translation>{device} 的内存不足，连 {tile_px} 像素的图块也无法处理。</translation>
    </message>
    <message>
        <source>Not enough memory to open {path}.</source>
        <translation>内存不足，无法打开 {path}。</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>OK</source>
        <translation>确定</translation>
    </message>
    <message>
        <source>On the photo</source>
        <translation>在照片上</translation>
    </message>
    <message>
        <source>One pane of a comparison</source>
        <translation>只看比较中的一个画面</translation>
    </message>
    <message>
        <source>Only the first of {count} frames or pages was opened.</source>
        <translation>只打开了 {count} 帧（页）中的第一帧。</translation>
    </message>
    <message>
        <source>Only {count} rows could be read; the rest is grey.</source>
        <translation>只能读取 {count} 行；其余为灰色。</translation>
    </message>
    <message>
        <source>Only {done} of {total} tiles are derained.</source>
        <translation>仅有 {done}/{total} 个图块完成去雨。</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Open a photo first</source>
        <translation>请先打开一张照片</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation>打开文件夹…</translation>
    </message>
    <message>
        <source>Open it on the Photo page to derain it again.</source>
        <translation>要再次去雨，请在“照片”页打开它。</translation>
    </message>
    <message>
        <source>Open it on the Photo page.</source>
        <translation>请在“照片”页面打开它。</translation>
    </message>
    <message>
        <source>Open one of its photos.</source>
        <translation>请打开其中的一张照片。</translation>
    </message>
    <message>
        <source>Open photo</source>
        <translation>打开照片</translation>
    </message>
    <message>
        <source>Open photo…</source>
        <translation>打开照片…</translation>
    </message>
    <message>
        <source>Open results</source>
        <translation>打开结果</translation>
    </message>
    <message>
        <source>Open the sample photo</source>
        <translation>打开示例照片</translation>
    </message>
    <message>
        <source>Open what is there</source>
        <translation>打开可读取的部分</translation>
    </message>
    <message>
        <source>OpenVINO does not work on this processor ({problem}).</source>
        <translation>OpenVINO 无法在此处理器上正常工作（{problem}）。</translation>
    </message>
    <message>
        <source>OpenVINO is not installed.</source>
        <translation>未安装 OpenVINO。</translation>
    </message>
    <message>
        <source>OpenVINO is not used: it is {times} times as fast as PyTorch.</source>
        <translation>未使用 OpenVINO：其速度是 PyTorch 的 {times} 倍。</translation>
    </message>
    <message>
        <source>OpenVINO is not used: {reason}.</source>
        <translation>未使用 OpenVINO：{reason}。</translation>
    </message>
    <message>
        <source>Opening…</source>
        <translation>正在打开…</translation>
    </message>
    <message>
        <source>Original name +</source>
        <translation>原文件名 +</translation>
    </message>
    <message>
        <source>Overwrite</source>
        <translation>覆盖</translation>
    </message>
    <message>
        <source>PNG, 16 bits</source>
        <translation>PNG，16 位</translation>
    </message>
    <message>
        <source>Page with a slider</source>
        <translation>带滑块的网页</translation>
    </message>
    <message>
        <source>Paint over what should stay unchanged.</source>
        <translation>涂抹需要保持原样的区域。</translation>
    </message>
    <message>
        <source>Paint where the photo stays unchanged (B)</source>
        <translation>涂抹需要保持原样的区域 (B)</translation>
    </message>
    <message>
        <source>Panes</source>
        <translation>画面</translation>
    </message>
    <message>
        <source>Part of the EXIF is damaged and is not kept.</source>
        <translation>部分 EXIF 已损坏，不会保留。</translation>
    </message>
    <message>
        <source>Part of the XMP is damaged and is not kept.</source>
        <translation>部分 XMP 已损坏，不会保留。</translation>
    </message>
    <message>
        <source>Partial result</source>
        <translation>部分结果</translation>
    </message>
    <message>
        <source>Partial: {done} of {total} tiles.</source>
        <translation>部分完成：图块 {done}/{total}。</translation>
    </message>
    <message>
        <source>Partial: {tiles}</source>
        <translation>部分完成：{tiles}</translation>
    </message>
    <message>
        <source>Paste photo</source>
        <translation>粘贴照片</translation>
    </message>
    <message>
        <source>Paste settings</source>
        <translation>粘贴设置</translation>
    </message>
    <message>
        <source>Pasted picture</source>
        <translation>粘贴的图片</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Pause after this tile</source>
        <translation>完成当前图块后暂停</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Pausing after this tile…</source>
        <translation>完成当前图块后暂停…</translation>
    </message>
    <message>
        <source>Permission denied: {path}.</source>
        <translation>没有权限：{path}。</translation>
    </message>
    <message>
        <source>Photo</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>Photo without rain…</source>
        <translation>无雨照片…</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>Photos of the batch</source>
        <translation>批处理的照片</translation>
    </message>
    <message>
        <source>Photos of the folder</source>
        <translation>文件夹中的照片</translation>
    </message>
    <message>
        <source>Photos that arrive in {folder} are derained as chosen at the last click on Start or Watch a folder.</source>
        <translation>“{folder}”中新增的照片会按上次点击“开始”或“监视文件夹”时的设置自动去雨。</translation>
    </message>
    <message>
        <source>Photos…</source>
        <translation>照片…</translation>
    </message>
    <message>
        <source>Planned</source>
        <translation>待处理</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>Press F11 or Esc to leave full screen.</source>
        <translation>按 F11 或 Esc 退出全屏。</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>Previous photo</source>
        <translation>上一张照片</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Progress of the batch</source>
        <translation>批处理进度</translation>
    </message>
    <message>
        <source>Protection</source>
        <translation>保护程度</translation>
    </message>
    <message>
        <source>PyTorch computes. OpenVINO is tested once, when the program is idle.</source>
        <translation>由 PyTorch 计算。OpenVINO 将在没有计算任务时试用一次。</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>质量</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Quit without saving</source>
        <translation>不保存并退出</translation>
    </message>
    <message>
        <source>Rain</source>
        <translation>雨层</translation>
    </message>
    <message>
        <source>Rain removed</source>
        <translation>雨已去除</translation>
    </message>
    <message>
        <source>Rain shown</source>
        <translation>雨层显示</translation>
    </message>
    <message>
        <source>Rain × {gain}</source>
        <translation>雨层 × {gain}</translation>
    </message>
    <message>
        <source>Rainy</source>
        <translation>有雨</translation>
    </message>
    <message>
        <source>Reading {path} failed; it is probably damaged.</source>
        <translation>读取 {path} 失败；它很可能已损坏。</translation>
    </message>
    <message>
        <source>Recent photos</source>
        <translation>最近的照片</translation>
    </message>
    <message>
        <source>Record in the result how it was made (XMP)</source>
        <translation>在结果中记录处理参数 (XMP)</translation>
    </message>
    <message>
        <source>Rectangle</source>
        <translation>矩形</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Reduce its size in another program.</source>
        <translation>请用其他程序缩小照片。</translation>
    </message>
    <message>
        <source>Remove all kept areas</source>
        <translation>移除所有保留区域</translation>
    </message>
    <message>
        <source>Remove all photos from the list; no file is changed</source>
        <translation>清空列表；不会改动任何文件</translation>
    </message>
    <message>
        <source>Remove from the comparison</source>
        <translation>从比较中移除</translation>
    </message>
    <message>
        <source>Remove less rain</source>
        <translation>减弱去雨</translation>
    </message>
    <message>
        <source>Remove more rain</source>
        <translation>增强去雨</translation>
    </message>
    <message>
        <source>Remove that model first, or rename the file.</source>
        <translation>请先移除该模型，或重命名文件。</translation>
    </message>
    <message>
        <source>Remove the model and add it again.</source>
        <translation>请移除该模型并重新添加。</translation>
    </message>
    <message>
        <source>Remove the rain from the photo (Ctrl+D)</source>
        <translation>去除照片中的雨 (Ctrl+D)</translation>
    </message>
    <message>
        <source>Remove {name} from the comparison</source>
        <translation>从比较中移除 {name}</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>替换</translation>
    </message>
    <message>
        <source>Report it with the log, which has the details.</source>
        <translation>请附上日志报告此问题，日志中有详情。</translation>
    </message>
    <message>
        <source>Research</source>
        <translation>研究用</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>全部重置</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Restore the default settings</source>
        <translation>恢复默认设置</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Results go to a folder “{name}” beside the photos.</source>
        <translation>结果保存到照片旁的“{name}”文件夹。</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Retry the photos that failed</source>
        <translation>重试失败的照片</translation>
    </message>
    <message>
        <source>Retry {count} failed</source>
        <translation>重试失败的 {count} 张</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>处理中</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Save all</source>
        <translation>全部保存</translation>
    </message>
    <message>
        <source>Save anyway</source>
        <translation>仍然保存</translation>
    </message>
    <message>
        <source>Save as</source>
        <translation>另存为</translation>
    </message>
    <message>
        <source>Save as a sheet, a page with a slider, or a table</source>
        <translation>存为拼图、带滑块的网页或表格</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>另存为…</translation>
    </message>
    <message>
        <source>Save it as JPEG, PNG, TIFF, WebP, BMP or JPEG XL.</source>
        <translation>请将其另存为 JPEG、PNG、TIFF、WebP、BMP 或 JPEG XL。</translation>
    </message>
    <message>
        <source>Save it as TIFF or JPEG in another program.</source>
        <translation>请用其他程序存为 TIFF 或 JPEG。</translation>
    </message>
    <message>
        <source>Save it with 8 or 16 bits per channel, in grey or RGB, in another program.</source>
        <translation>请在其他程序中以每通道 8 或 16 位的灰度或 RGB 格式保存。</translation>
    </message>
    <message>
        <source>Save replaces this file, and returns to the program that opened it.</source>
        <translation>保存会替换此文件，并返回到打开它的程序。</translation>
    </message>
    <message>
        <source>Save result</source>
        <translation>保存结果</translation>
    </message>
    <message>
        <source>Save the derained {name}?</source>
        <translation>要保存去雨后的 {name} 吗？</translation>
    </message>
    <message>
        <source>Save the result beside the photo (Ctrl+S)</source>
        <translation>将结果保存在照片旁边 (Ctrl+S)</translation>
    </message>
    <message>
        <source>Save to another place, format or size</source>
        <translation>保存到其他位置，或使用其他格式、尺寸</translation>
    </message>
    <message>
        <source>Saved the rain layer as {name}.</source>
        <translation>雨层已存储为 {name}。</translation>
    </message>
    <message>
        <source>Saved {name}.</source>
        <translation>已保存 {name}。</translation>
    </message>
    <message>
        <source>Saved {name}: {how}.</source>
        <translation>已保存 {name}：{how}。</translation>
    </message>
    <message>
        <source>Saved {name}: {how}; kept: {kept}.</source>
        <translation>已保存 {name}：{how}；保留了：{kept}。</translation>
    </message>
    <message>
        <source>Screen profile</source>
        <translation>屏幕配置文件</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>设置…</translation>
    </message>
    <message>
        <source>Several photos need {field} or {other}.</source>
        <translation>多张照片的名称需要 {field} 或 {other}。</translation>
    </message>
    <message>
        <source>Sheet</source>
        <translation>拼图</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Show report</source>
        <translation>查看报告</translation>
    </message>
    <message>
        <source>Show the batch</source>
        <translation>显示批处理</translation>
    </message>
    <message>
        <source>Show the first four in one pane, with a crossing</source>
        <translation>把前四个画面放在一起，用交点分割</translation>
    </message>
    <message>
        <source>Show the folder of the results</source>
        <translation>显示结果文件夹</translation>
    </message>
    <message>
        <source>Show the log file</source>
        <translation>显示日志文件</translation>
    </message>
    <message>
        <source>Show the original</source>
        <translation>显示原图</translation>
    </message>
    <message>
        <source>Shuffle the names until you have chosen</source>
        <translation>打乱并隐藏名称，直到您选定</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>并排</translation>
    </message>
    <message>
        <source>Single</source>
        <translation>单图</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Skip the photo</source>
        <translation>跳过该照片</translation>
    </message>
    <message>
        <source>Skipped</source>
        <translation>已跳过</translation>
    </message>
    <message>
        <source>Smaller brush</source>
        <translation>减小画笔</translation>
    </message>
    <message>
        <source>Soft edge</source>
        <translation>柔边</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>Start the batch again to continue.</source>
        <translation>请重新开始批处理以继续。</translation>
    </message>
    <message>
        <source>Start workers for it, then start the batch again.</source>
        <translation>请为它启动工作进程，然后重新开始批处理。</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop after this tile; finished photos are kept</source>
        <translation>完成当前图块后停止；已完成的照片会保留</translation>
    </message>
    <message>
        <source>Stop after this tile; finished tiles are kept (Esc)</source>
        <translation>完成此图块后停止；已完成的部分会保留 (Esc)</translation>
    </message>
    <message>
        <source>Stop and close</source>
        <translation>停止并关闭</translation>
    </message>
    <message>
        <source>Stop the batch at {finished} of {total}?</source>
        <translation>要在 {finished}/{total} 处停止批处理吗？</translation>
    </message>
    <message>
        <source>Stopping after this tile…</source>
        <translation>完成此图块后停止…</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>强度</translation>
    </message>
    <message>
        <source>Strength in percent</source>
        <translation>强度（百分比）</translation>
    </message>
    <message>
        <source>Strength of {name}</source>
        <translation>{name} 的强度</translation>
    </message>
    <message>
        <source>Strong removal</source>
        <translation>去除量大</translation>
    </message>
    <message>
        <source>TIFF, exact values</source>
        <translation>TIFF，精确数值</translation>
    </message>
    <message>
        <source>TIFF, full size</source>
        <translation>TIFF，原始尺寸</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>表格</translation>
    </message>
    <message>
        <source>Taken on average: {taken} of 255 levels. Brightness: {brightness}.</source>
        <translation>平均去除 255 级中的 {taken} 级。亮度：{brightness}。</translation>
    </message>
    <message>
        <source>Takes effect after a restart.</source>
        <translation>重新启动后生效。</translation>
    </message>
    <message>
        <source>Takes rain out of photos of all kinds. Trained by AfterRain on rain as cameras record it.</source>
        <translation>去除各类照片中的雨。由 AfterRain 用相机所记录的雨训练而成。</translation>
    </message>
    <message>
        <source>Text and these fields: {fields}</source>
        <translation>可使用文字和以下字段：{fields}</translation>
    </message>
    <message>
        <source>Texts do not fit into the result.</source>
        <translation>结果文件容纳不下文字。</translation>
    </message>
    <message>
        <source>That is the photo itself. Choose another name.</source>
        <translation>这是原照片本身，请换一个名称。</translation>
    </message>
    <message>
        <source>The EXIF does not fit into the result.</source>
        <translation>结果文件容纳不下 EXIF。</translation>
    </message>
    <message>
        <source>The EXIF is damaged and is not kept.</source>
        <translation>EXIF 已损坏，不会保留。</translation>
    </message>
    <message>
        <source>The EXIF of this kind of RAW file is not kept.</source>
        <translation>此类 RAW 文件的 EXIF 不会保留。</translation>
    </message>
    <message>
        <source>The XMP does not fit into the result.</source>
        <translation>结果文件容纳不下 XMP。</translation>
    </message>
    <message>
        <source>The XMP file beside the photo was not copied.</source>
        <translation>照片旁的 XMP 文件未能一并保存。</translation>
    </message>
    <message>
        <source>The XMP is damaged and is not kept.</source>
        <translation>XMP 已损坏，不会保留。</translation>
    </message>
    <message>
        <source>The authors of the paper published these weights at github.com/AlexHex7/NLEDN and stated no licence. AfterRain may not pass them on; it can only get them for you from there. Without a licence you have no promise that you may use them beyond trying them yourself: for anything else, ask the authors.</source>
        <translation>论文作者在 github.com/AlexHex7/NLEDN 公开了这些权重，但没有说明许可证。AfterRain 不能转发它们，只能替您从那里获取。没有许可证，就没有人保证您可以将其用于自行试用以外的用途：如有其他用途，请询问作者。</translation>
    </message>
    <message>
        <source>The backend {backend} is not available: {reason}.</source>
        <translation>后端 {backend} 不可用：{reason}。</translation>
    </message>
    <message>
        <source>The batch journal {path} cannot be used ({detail}).</source>
        <translation>批处理日志 {path} 无法使用（{detail}）。</translation>
    </message>
    <message>
        <source>The cluster at {address} failed ({detail}).</source>
        <translation>{address} 的集群出错（{detail}）。</translation>
    </message>
    <message>
        <source>The colour profile does not fit into the result.</source>
        <translation>结果文件容纳不下颜色配置文件。</translation>
    </message>
    <message>
        <source>The colour profile is damaged and is not kept.</source>
        <translation>色彩配置文件已损坏，不会保留。</translation>
    </message>
    <message>
        <source>The connection to the scheduler at {address} was lost.</source>
        <translation>与 {address} 的调度器的连接已断开。</translation>
    </message>
    <message>
        <source>The current tile is being finished</source>
        <translation>正在完成当前图块</translation>
    </message>
    <message>
        <source>The depth map is not kept.</source>
        <translation>深度图不会保留。</translation>
    </message>
    <message>
        <source>The device {device} is not available: {reason}.</source>
        <translation>设备 {device} 不可用：{reason}。</translation>
    </message>
    <message>
        <source>The disk is full: {path} was not written.</source>
        <translation>磁盘已满：{path} 未写入。</translation>
    </message>
    <message>
        <source>The end mark of the file is missing; all pixels were read.</source>
        <translation>文件缺少结束标记；所有像素均已读取。</translation>
    </message>
    <message>
        <source>The first photo is being derained…</source>
        <translation>正在对第一张照片去雨…</translation>
    </message>
    <message>
        <source>The folder of {path} does not exist.</source>
        <translation>{path} 所在的文件夹不存在。</translation>
    </message>
    <message>
        <source>The gain map for HDR screens is not kept.</source>
        <translation>用于 HDR 屏幕的增益图不会保留。</translation>
    </message>
    <message>
        <source>The georeference is not kept.</source>
        <translation>地理参考信息不会保留。</translation>
    </message>
    <message>
        <source>The graphics card {device} failed: {reason}.</source>
        <translation>显卡 {device} 出错：{reason}。</translation>
    </message>
    <message>
        <source>The layers are not kept.</source>
        <translation>图层不会保留。</translation>
    </message>
    <message>
        <source>The main picture of several in this file was opened.</source>
        <translation>已打开此文件多张图片中的主图。</translation>
    </message>
    <message>
        <source>The model card {path} cannot be read ({detail}).</source>
        <translation>无法读取模型卡片 {path}（{detail}）。</translation>
    </message>
    <message>
        <source>The model {checkpoint} gave an invalid result on {device}.</source>
        <translation>模型 {checkpoint} 在 {device} 上得到了无效的结果。</translation>
    </message>
    <message>
        <source>The model {id} came with AfterRain and cannot be removed.</source>
        <translation>模型 {id} 随 AfterRain 附带，无法移除。</translation>
    </message>
    <message>
        <source>The name needs {stem} and {ext}; it can also have {more}.</source>
        <translation>名称须包含 {stem} 和 {ext}，还可以使用 {more}。</translation>
    </message>
    <message>
        <source>The name of {path} is too long for its disk.</source>
        <translation>{path} 的名称超出了所在磁盘允许的长度。</translation>
    </message>
    <message>
        <source>The old IPTC block is not kept.</source>
        <translation>旧的 IPTC 数据不会保留。</translation>
    </message>
    <message>
        <source>The package distributed is not installed.</source>
        <translation>未安装软件包 distributed。</translation>
    </message>
    <message>
        <source>The palette became RGB.</source>
        <translation>调色板已转换为 RGB。</translation>
    </message>
    <message>
        <source>The precision {precision} is not available: {reason}.</source>
        <translation>精度 {precision} 不可用：{reason}。</translation>
    </message>
    <message>
        <source>The resolution does not fit into the result.</source>
        <translation>结果文件容纳不下分辨率。</translation>
    </message>
    <message>
        <source>The rest of the saved photo would still have its rain.</source>
        <translation>保存的照片中，其余部分仍会有雨。</translation>
    </message>
    <message>
        <source>The result is on the clipboard.</source>
        <translation>结果已复制到剪贴板。</translation>
    </message>
    <message>
        <source>The scheduler at {address} had no workers for {waited_s} seconds.</source>
        <translation>{address} 的调度器已有 {waited_s} 秒没有任何工作进程。</translation>
    </message>
    <message>
        <source>The signal-to-noise ratio of results for test photos with known rain: the higher, the closer to the photo without rain.</source>
        <translation>在已知雨迹的测试照片上，结果的信噪比：数值越高，越接近无雨的照片。</translation>
    </message>
    <message>
        <source>The video of this motion photo is not kept.</source>
        <translation>动态照片中的视频不会保留。</translation>
    </message>
    <message>
        <source>The visible part is still being computed. Try again in a moment.</source>
        <translation>可见部分仍在计算，请稍候再试。</translation>
    </message>
    <message>
        <source>The visible {width} × {height} px are one tile; nothing can differ.</source>
        <translation>看得见的 {width} × {height} 像素只是一个图块，没有可比的差别。</translation>
    </message>
    <message>
        <source>The worker {worker} cannot be used: {reason}.</source>
        <translation>工作进程 {worker} 无法使用：{reason}。</translation>
    </message>
    <message>
        <source>Their settings are kept, so Derain can compute the results again.</source>
        <translation>各张照片的设置会保留，因此可用“去雨”重新计算结果。</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>There are no photos in {path} (folders: {folders}, other files: {files}).</source>
        <translation>{path} 中没有照片（文件夹 {folders} 个，其他文件 {files} 个）。</translation>
    </message>
    <message>
        <source>There are no photos in {path}.</source>
        <translation>{path} 中没有照片。</translation>
    </message>
    <message>
        <source>There is no model named {id}.</source>
        <translation>没有名为 {id} 的模型。</translation>
    </message>
    <message>
        <source>There is no photo on the clipboard. Copy a picture or a file.</source>
        <translation>剪贴板中没有照片。请复制图片或文件。</translation>
    </message>
    <message>
        <source>This is best</source>
        <translation>这个最好</translation>
    </message>
    <message>
        <source>This photo was derained by AfterRain: {checkpoint}, strength {strength} %.</source>
        <translation>此照片已由 AfterRain 去雨：{checkpoint}，强度 {strength} %。</translation>
    </message>
    <message>
        <source>Tile</source>
        <translation>图块</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>用时</translation>
    </message>
    <message>
        <source>Trained on {data}</source>
        <translation>训练数据：{data}</translation>
    </message>
    <message>
        <source>Transparency became white.</source>
        <translation>透明部分已变为白色。</translation>
    </message>
    <message>
        <source>Try again, or from another network.</source>
        <translation>请重试，或换一个网络。</translation>
    </message>
    <message>
        <source>Try the sample photo</source>
        <translation>试试示例照片</translation>
    </message>
    <message>
        <source>Turn the divider</source>
        <translation>旋转分隔线</translation>
    </message>
    <message>
        <source>Type a name without folders, of at most 250 letters.</source>
        <translation>请输入不含文件夹的名称，最多 250 个字符。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Unsaved result</source>
        <translation>未保存的结果</translation>
    </message>
    <message>
        <source>Use .jpg, .png, .tif, .webp, .bmp or .jxl.</source>
        <translation>请使用 .jpg、.png、.tif、.webp、.bmp 或 .jxl。</translation>
    </message>
    <message>
        <source>Use .png or .tif.</source>
        <translation>请使用 .png 或 .tif。</translation>
    </message>
    <message>
        <source>Use the same settings</source>
        <translation>使用相同设置</translation>
    </message>
    <message>
        <source>Use this one</source>
        <translation>使用这个</translation>
    </message>
    <message>
        <source>Use {allowed}.</source>
        <translation>请使用 {allowed}。</translation>
    </message>
    <message>
        <source>Use {name}</source>
        <translation>使用“{name}”</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>评价</translation>
    </message>
    <message>
        <source>View</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>Wait until it ends, or stop it.</source>
        <translation>请等待它结束，或将其停止。</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Watch a folder</source>
        <translation>监视文件夹</translation>
    </message>
    <message>
        <source>Ways to check the models themselves</source>
        <translation>检查模型本身的方法</translation>
    </message>
    <message>
        <source>WebP quality {quality}</source>
        <translation>WebP 质量 {quality}</translation>
    </message>
    <message>
        <source>Which looks best?</source>
        <translation>哪个看起来最好？</translation>
    </message>
    <message>
        <source>Whole against tiles</source>
        <translation>整体与图块之差</translation>
    </message>
    <message>
        <source>Whole and in {tiles} tiles, the visible {width} × {height} px differ by {largest} levels at most: {psnr} between the two.</source>
        <translation>看得见的 {width} × {height} 像素整体计算与分成 {tiles} 个图块计算最多相差 {largest} 级：两者之间为 {psnr}。</translation>
    </message>
    <message>
        <source>Whole photo</source>
        <translation>整张照片</translation>
    </message>
    <message>
        <source>Whole photo at once</source>
        <translation>一次处理整张照片</translation>
    </message>
    <message>
        <source>Will be saved as {name}</source>
        <translation>将保存为 {name}</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>Wipe</source>
        <translation>分割对比</translation>
    </message>
    <message>
        <source>Without rain</source>
        <translation>无雨</translation>
    </message>
    <message>
        <source>Without saving, the result is lost. The photo itself is unchanged.</source>
        <translation>如果不保存，去雨结果将丢失。原照片不受影响。</translation>
    </message>
    <message>
        <source>You chose {name}.</source>
        <translation>您选择了 {name}。</translation>
    </message>
    <message>
        <source>You saw no difference.</source>
        <translation>您没有看出差别。</translation>
    </message>
    <message>
        <source>Your files are never changed.</source>
        <translation>您的文件绝不会被修改。</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>缩放</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>arrows, Home, End on its handle</source>
        <translation>在手柄上按方向键、Home、End</translation>
    </message>
    <message>
        <source>brighter</source>
        <translation>变亮</translation>
    </message>
    <message>
        <source>brightness {levels}</source>
        <translation>亮度 {levels}</translation>
    </message>
    <message>
        <source>colour profile</source>
        <translation>色彩配置文件</translation>
    </message>
    <message>
        <source>comment</source>
        <translation>注释</translation>
    </message>
    <message>
        <source>darker</source>
        <translation>变暗</translation>
    </message>
    <message>
        <source>dense rain</source>
        <translation>大雨</translation>
    </message>
    <message>
        <source>derained</source>
        <translation>已去雨</translation>
    </message>
    <message>
        <source>double click</source>
        <translation>双击</translation>
    </message>
    <message>
        <source>drag, arrows</source>
        <translation>拖动、方向键</translation>
    </message>
    <message>
        <source>edited, not saved</source>
        <translation>已编辑，未保存</translation>
    </message>
    <message>
        <source>hold Alt</source>
        <translation>按住 Alt</translation>
    </message>
    <message>
        <source>hold Space</source>
        <translation>按住空格键</translation>
    </message>
    <message>
        <source>left, right</source>
        <translation>左、右</translation>
    </message>
    <message>
        <source>light rain</source>
        <translation>小雨</translation>
    </message>
    <message>
        <source>moderate rain</source>
        <translation>中雨</translation>
    </message>
    <message>
        <source>no difference</source>
        <translation>没有差别</translation>
    </message>
    <message>
        <source>no rain found</source>
        <translation>未检测到雨</translation>
    </message>
    <message>
        <source>not found</source>
        <translation>未找到</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>slightly brighter</source>
        <translation>略微变亮</translation>
    </message>
    <message>
        <source>slightly darker</source>
        <translation>略微变暗</translation>
    </message>
    <message>
        <source>street.jpg becomes {name}</source>
        <translation>street.jpg 将成为 {name}</translation>
    </message>
    <message>
        <source>texts</source>
        <translation>文字信息</translation>
    </message>
    <message>
        <source>the only one</source>
        <translation>唯一可用的模型</translation>
    </message>
    <message>
        <source>transparency</source>
        <translation>透明度</translation>
    </message>
    <message>
        <source>wheel</source>
        <translation>滚轮</translation>
    </message>
    <message>
        <source>{bits} bits a channel</source>
        <translation>每通道 {bits} 位</translation>
    </message>
    <message>
        <source>{bits}-bit float {format}</source>
        <translation>{bits} 位浮点 {format}</translation>
    </message>
    <message>
        <source>{bits}-bit {format}</source>
        <translation>{bits} 位 {format}</translation>
    </message>
    <message>
        <source>{count} areas kept</source>
        <translation>已保留 {count} 处区域</translation>
    </message>
    <message>
        <source>{count} failed</source>
        <translation>{count} 张失败</translation>
    </message>
    <message>
        <source>{count} failed; their rows say why.</source>
        <translation>{count} 张失败；原因见各行说明。</translation>
    </message>
    <message>
        <source>{count} of {total} photos of the last batch remain.</source>
        <translation>上次的批处理还有 {count} 张照片未完成（共 {total} 张）。</translation>
    </message>
    <message>
        <source>{count} photos have results that are not saved.</source>
        <translation>{count} 张照片的结果尚未保存。</translation>
    </message>
    <message>
        <source>{count} photos have these settings now.</source>
        <translation>已将这些设置应用到 {count} 张照片。</translation>
    </message>
    <message>
        <source>{count} photos in this folder; Page Down shows the next.</source>
        <translation>此文件夹中有 {count} 张照片；按 Page Down 显示下一张。</translation>
    </message>
    <message>
        <source>{count} remaining. Click Continue.</source>
        <translation>还剩 {count} 张。点击“继续”即可处理。</translation>
    </message>
    <message>
        <source>{count} remaining. Click Start.</source>
        <translation>还剩 {count} 张。点击“开始”即可处理。</translation>
    </message>
    <message>
        <source>{count} selected</source>
        <translation>已选 {count} 张</translation>
    </message>
    <message>
        <source>{count} skipped</source>
        <translation>{count} 张跳过</translation>
    </message>
    <message>
        <source>{count} were skipped.</source>
        <translation>跳过 {count} 张。</translation>
    </message>
    <message>
        <source>{done} of {total} photos are done.</source>
        <translation>已完成 {done} 张，共 {total} 张。</translation>
    </message>
    <message>
        <source>{done} of {total} tiles</source>
        <translation>图块 {done}/{total}</translation>
    </message>
    <message>
        <source>{finished} of {total}</source>
        <translation>{finished} / {total}</translation>
    </message>
    <message>
        <source>{found} gives several photos the same name.</source>
        <translation>{found} 会让多张照片的结果同名。</translation>
    </message>
    <message>
        <source>{letter} is best</source>
        <translation>{letter} 最好</translation>
    </message>
    <message>
        <source>{letter} is {name}</source>
        <translation>{letter} 是{name}</translation>
    </message>
    <message>
        <source>{name} already exists. Replace it?</source>
        <translation>{name} 已存在。要替换它吗？</translation>
    </message>
    <message>
        <source>{n} cores</source>
        <translation>{n} 个核心</translation>
    </message>
    <message>
        <source>{path} already exists.</source>
        <translation>{path} 已存在。</translation>
    </message>
    <message>
        <source>{path} cannot be watched ({detail}).</source>
        <translation>无法监视 {path}（{detail}）。</translation>
    </message>
    <message>
        <source>{path} cannot be written: {suffix} is not a supported format.</source>
        <translation>无法写入 {path}：不支持 {suffix} 格式。</translation>
    </message>
    <message>
        <source>{path} cannot hold this photo ({detail}).</source>
        <translation>{path} 无法容纳此照片（{detail}）。</translation>
    </message>
    <message>
        <source>{path} contains code and was not opened.</source>
        <translation>{path} 含有代码，未打开。</translation>
    </message>
    <message>
        <source>{path} could not be read within {limit_s} seconds.</source>
        <translation>未能在 {limit_s} 秒内读取 {path}。</translation>
    </message>
    <message>
        <source>{path} could not be written ({detail}).</source>
        <translation>无法写入 {path}（{detail}）。</translation>
    </message>
    <message>
        <source>{path} failed unexpectedly; the original is unchanged.</source>
        <translation>处理 {path} 时发生意外错误；原照片没有改变。</translation>
    </message>
    <message>
        <source>{path} has changed since it was added.</source>
        <translation>{path} 在添加后已被更改。</translation>
    </message>
    <message>
        <source>{path} has no pairs of rainy and clean photos (found: {found}).</source>
        <translation>{path} 中没有成对的有雨和无雨照片（找到：{found}）。</translation>
    </message>
    <message>
        <source>{path} has {megapixels} megapixels; the limit is {limit}.</source>
        <translation>{path} 有 {megapixels} 百万像素；上限为 {limit}。</translation>
    </message>
    <message>
        <source>{path} has {result_size} pixels, the photo has {photo_size}.</source>
        <translation>{path} 为 {result_size} 像素，照片为 {photo_size} 像素。</translation>
    </message>
    <message>
        <source>{path} is a folder, not a photo.</source>
        <translation>{path} 是文件夹，不是照片。</translation>
    </message>
    <message>
        <source>{path} is a model of another network ({difference}).</source>
        <translation>{path} 是另一种网络的模型（{difference}）。</translation>
    </message>
    <message>
        <source>{path} is a photo, not a folder or a list of photos.</source>
        <translation>{path} 是照片，不是文件夹或照片列表。</translation>
    </message>
    <message>
        <source>{path} is a pipe, a socket or a device, not a file.</source>
        <translation>{path} 是管道、套接字或设备，不是文件。</translation>
    </message>
    <message>
        <source>{path} is a video, not a photo.</source>
        <translation>{path} 是视频，不是照片。</translation>
    </message>
    <message>
        <source>{path} is damaged or incomplete.</source>
        <translation>{path} 已损坏或不完整。</translation>
    </message>
    <message>
        <source>{path} is damaged or its content is not {format}.</source>
        <translation>{path} 已损坏，或其内容不是 {format}。</translation>
    </message>
    <message>
        <source>{path} is damaged: {rows} of {height} rows can be read.</source>
        <translation>{path} 已损坏：{height} 行中可读取 {rows} 行。</translation>
    </message>
    <message>
        <source>{path} is empty.</source>
        <translation>{path} 是空文件。</translation>
    </message>
    <message>
        <source>{path} is not a folder, and its name has no ending such as .jpg.</source>
        <translation>{path} 不是文件夹，其名称也没有 .jpg 之类的后缀。</translation>
    </message>
    <message>
        <source>{path} is not a model.</source>
        <translation>{path} 不是模型文件。</translation>
    </message>
    <message>
        <source>{path} is not a photo in a known format.</source>
        <translation>{path} 不是已知格式的照片。</translation>
    </message>
    <message>
        <source>{path} is not the ICC profile of an RGB screen.</source>
        <translation>{path} 不是 RGB 屏幕的 ICC 配置文件。</translation>
    </message>
    <message>
        <source>{path} is not the whole of {title}: expected {expected}, found {found}.</source>
        <translation>{path} 不是完整的 {title}：应有 {expected}，实际为 {found}。</translation>
    </message>
    <message>
        <source>{path} is the result of an earlier run.</source>
        <translation>{path} 是先前运行的结果。</translation>
    </message>
    <message>
        <source>{path} is the source photo, which is never replaced.</source>
        <translation>{path} 是源照片，源照片绝不会被替换。</translation>
    </message>
    <message>
        <source>{path} is too large for an NLEDN model.</source>
        <translation>{path} 对 NLEDN 模型来说太大。</translation>
    </message>
    <message>
        <source>{path} is too small to compare ({size} pixels).</source>
        <translation>{path} 太小，无法比较（{size} 像素）。</translation>
    </message>
    <message>
        <source>{path} is {kind}, and {package} is not installed.</source>
        <translation>{path} 是 {kind}，而 {package} 未安装。</translation>
    </message>
    <message>
        <source>{path} was not opened: AfterRain could not start its photo reader.</source>
        <translation>未能打开 {path}：AfterRain 无法启动照片读取程序。</translation>
    </message>
    <message>
        <source>{path}: the rainy photo has {rainy_size} pixels, the clean one {clean_size}.</source>
        <translation>{path}：有雨照片为 {rainy_size} 像素，无雨照片为 {clean_size}。</translation>
    </message>
    <message>
        <source>{path}: this kind of file cannot be read ({detail}).</source>
        <translation>{path}：无法读取此类文件（{detail}）。</translation>
    </message>
    <message>
        <source>{photo} becomes {name}</source>
        <translation>{photo} 将成为 {name}</translation>
    </message>
    <message>
        <source>{place} of {total}</source>
        <translation>{place} / {total}</translation>
    </message>
    <message>
        <source>{psnr} · SSIM {ssim}</source>
        <translation>{psnr} · SSIM {ssim}</translation>
    </message>
    <message>
        <source>{reason}, but {model} is missing</source>
        <translation>{reason}，但缺少 {model}</translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} 秒</translation>
    </message>
    <message>
        <source>{size} GiB free</source>
        <translation>{size} GiB 可用</translation>
    </message>
    <message>
        <source>{taken} levels on {share} of pixels</source>
        <translation>去除 {taken} 级，涉及 {share} 的像素</translation>
    </message>
    <message>
        <source>{text}</source>
        <translation>{text}</translation>
    </message>
    <message>
        <source>{time} a photo</source>
        <translation>每张照片 {time}</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>剩余 {time}</translation>
    </message>
    <message>
        <source>{url} cannot be downloaded ({detail}).</source>
        <translation>无法下载 {url}（{detail}）。</translation>
    </message>
    <message>
        <source>{url} is not the published file.</source>
        <translation>{url} 不是已发布的文件。</translation>
    </message>
    <message>
        <source>{workers} workers ended while they derained {path}.</source>
        <translation>{workers} 个工作进程在处理 {path} 时终止。</translation>
    </message>
    <message>
        <source>“{name}” beside the photos</source>
        <translation>照片旁的“{name}”</translation>
    </message>
</context>
</TS>
